"""The care teams' pages in Chromium: ten visits on one screen, axe, small screens, the refresh (bars 12, 20, 21)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import timezone

from screening.services import alerts
from tests import factories
from tests.visits.staff.conftest import SERVICE, Day
from tests.visits.staff.conftest import browser as signed_in
from visits.models import Appointment

AXE = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
# What happens every 20 seconds, at once.
ASK_NOW = """() => {
  const poll = document.querySelector("#day-poll");
  htmx.ajax("GET", poll.getAttribute("hx-get"), {source: poll, target: "#day-list", swap: "outerHTML"});
}"""
WIDTH = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def full_day(transactional_db):
    """Ten visits next Monday, the last with an alert."""
    site = factories.a_site()
    day = Day(
        site, factories.a_working_clinician(site=site), factories.a_clinician("stranger"), factories.a_coordinator()
    )
    monday = factories.next_weekday(timezone.now())
    nine = datetime.combine(monday, time(9), tzinfo=ZoneInfo(factories.OHIO))
    patients = [day.patient(f"patient{number}") for number in range(10)]
    for number, patient in enumerate(patients):
        day.visit(patient, at=nine + timedelta(minutes=30 * number))
    actor = factories.Actor(role=factories.Role.system, label="tests")
    alerts.open_alert(patient_id=patients[9].id, kind="callback", severity="soon", actor=actor, now=timezone.now())
    return day, monday, patients


@pytest.fixture
def window(browser, live_clinic, full_day):
    """`window(width=..., color_scheme=...)`: the clinician's own browser."""
    client = signed_in(full_day[0].clinician)
    opened = []

    def open_window(*, width=1280, **options):
        context = browser.new_context(
            base_url=live_clinic.url, viewport={"width": width, "height": 800}, service_workers="block", **options
        )
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_clinic.url}])
        opened.append(context)
        return context.new_page()

    yield open_window
    for context in opened:
        context.close()


def pages(full_day):
    _day, monday, patients = full_day
    return [
        f"/visits/day/?on={monday}",
        "/visits/requests/",
        "/visits/patients/",
        f"/visits/patients/{patients[9].id}/",
        f"/visits/patients/{patients[9].id}/book/",
        "/visits/services/",
        "/screens/alerts/",
    ]


def test_ten_visits_and_the_alert_stand_on_one_screen_and_the_chart_is_one_click_away(window, full_day):
    page = window()
    page.goto(f"/visits/day/?on={full_day[1]}")

    rows = page.locator("tbody tr")
    last = rows.nth(9).bounding_box()
    assert rows.count() == 10
    assert last["y"] + last["height"] <= 800
    assert page.locator(".call-first a").bounding_box()["y"] < 300
    rows.nth(9).locator("a").first.click()
    assert page.locator("h1").inner_text() == "Ruth Delgado"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_to_say(window, full_day, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = window(color_scheme=scheme, reduced_motion="reduce")
    found = {}
    for path in pages(full_day):
        page.goto(path)
        violations = Axe().run(page, options=AXE).response["violations"]
        found[path] = [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in violations]

    assert {path: said for path, said in found.items() if said} == {}


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1280])
def test_nothing_scrolls_sideways(window, full_day, width):
    page = window(width=width)
    wide = {}
    for path in pages(full_day):
        page.goto(path)
        wide[path] = page.evaluate(WIDTH)

    assert {path: by for path, by in wide.items() if by} == {}


def test_an_open_list_changes_in_place_and_keeps_the_focus(window, full_day):
    page = window()
    page.goto(f"/visits/day/?on={full_day[1]}")
    visit = Appointment.objects.filter(service=SERVICE).order_by("starts_at").first()
    link = f"#chart-{visit.id}"
    page.locator(link).focus()

    Appointment.objects.filter(id=visit.id).update(status="checked_in")
    page.evaluate(ASK_NOW)
    page.wait_for_selector("text=Waiting 0 min")

    assert page.evaluate("document.activeElement.id") == link[1:]
    assert page.locator("#day-said").inner_text().startswith("1 waiting now")
