"""The patient's way through in a real browser: presses counted, without script, small screens, axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings

from tests import factories
from tests.visits.pages.conftest import a_visit, at_ten
from visits.models import Appointment

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AXE = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
Open = Callable[..., "Page"]


@pytest.fixture
def clinic(transactional_db):
    site = factories.a_site()
    made = SimpleNamespace(
        site=site,
        clinician=factories.a_working_clinician(site=site, team="breast cancer team"),
        patient=factories.a_patient(time_zone="America/Chicago"),
        monday_10=at_ten(),
    )
    a_visit(made, start=made.monday_10 + timedelta(hours=5))
    return made


@pytest.fixture
def signed_in(browser: Browser, live_clinic: Any, clinic: Any) -> Iterator[Open]:
    """`signed_in(width=320, ...)`: the patient's window on their home. A page the policy refused is a failure."""
    windows, refused = [], []

    def opened(*, width: int = 390, **options: Any) -> Page:
        window = browser.new_context(
            base_url=live_clinic.url, viewport={"width": width, "height": 800}, service_workers="block", **options
        )
        session = factories.client_of(clinic.patient.account).cookies[settings.SESSION_COOKIE_NAME].value
        window.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_clinic.url}])
        windows.append(window)
        page = window.new_page()
        page.on("console", lambda said: refused.append(said.text) if "Content Security" in said.text else None)
        page.goto("/visits/")
        return page

    yield opened
    for window in windows:
        window.close()
    assert refused == []


def way_through(page: Page, *, at_each: Callable[[str], None]) -> int:
    """From the home to the proof, by the buttons a person would press; the number of presses."""
    presses = 0

    def press(what: str) -> None:
        nonlocal presses
        page.locator(what).first.click()
        presses += 1

    at_each("home")
    press("aside button.press")
    at_each("questions")
    press("label[for=id_flags_19]")
    press("main .form .buttons button")
    at_each("time")
    press("#times .form .buttons button")
    at_each("check")
    press("form[action='/visits/book/'] button")
    at_each("proof")
    return presses


def test_it_books_a_follow_up_in_five_presses_and_four_pages_without_script(signed_in: Open):
    page = signed_in(java_script_enabled=False)
    seen: list[str] = []

    presses = way_through(page, at_each=lambda name: seen.append(page.locator("h1").inner_text()))

    assert presses <= 5
    assert len(seen) - 1 == 4
    assert seen[-1] == "Your visit is booked"
    assert page.get_by_role("link", name="Add to my calendar").is_visible()
    assert Appointment.objects.filter(status="booked").count() == 2


def test_it_moves_a_visit_in_three_presses_without_script(signed_in: Open, clinic: Any):
    page = signed_in(java_script_enabled=False)
    before = Appointment.objects.get().starts_at

    page.get_by_role("link", name="Change the time").first.click()
    page.locator(".slots input").first.click()
    page.get_by_role("button", name="Move my visit").click()

    assert page.get_by_text("Your visit has its new time.").is_visible()
    assert Appointment.objects.get().starts_at != before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_has_nothing_for_axe_to_say_on_the_way(signed_in: Open, scheme: str):
    from axe_playwright_python.sync_playwright import Axe

    page = signed_in(color_scheme=scheme, reduced_motion="reduce")
    found: list[Any] = []

    def look(name: str) -> None:
        for one in Axe().run(page, options=AXE).response["violations"]:
            found.append((name, one["id"], [node["html"][:160] for node in one["nodes"]][:3]))

    way_through(page, at_each=look)
    for path in OTHERS:
        page.goto(path.format(visit=Appointment.objects.order_by("created_at")[0].id))
        look(path)

    assert found == []


OTHERS = (
    "/visits/new/",
    "/visits/offered/",
    "/visits/{visit}/",
    "/visits/{visit}/move/",
    "/visits/{visit}/cancel/",
    "/visits/{visit}/print/",
)


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_it_never_scrolls_sideways(signed_in: Open, width: int):
    page = signed_in(width=width)
    wide: dict[str, int] = {}

    def measure(name: str) -> None:
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over:
            wide[name] = over

    way_through(page, at_each=measure)
    for path in OTHERS:
        page.goto(path.format(visit=Appointment.objects.order_by("created_at")[0].id))
        measure(path)

    assert wide == {}


def test_it_shows_the_emergency_page_with_its_numbers(signed_in: Open):
    page = signed_in()
    page.locator("aside button.press").first.click()
    page.get_by_label("New chest pain").check()
    page.locator("main .form .buttons button").click()

    assert page.locator("h1").inner_text() == "Get help now"
    assert page.get_by_role("link", name="Call 911").is_visible()
    assert page.get_by_role("link", name="988").count() == 0


def test_it_carries_the_focus_to_the_errors(signed_in: Open):
    page = signed_in()
    page.locator("aside button.press").first.click()
    page.locator("main .form .buttons button").click()

    page.wait_for_function("document.activeElement.className === 'error-summary'", timeout=5000)
    assert page.title().startswith("Error:")
    assert page.locator(".error-summary a").get_attribute("href") == "#id_flags_0"
