"""Public pages and the style guide in a real browser: axe, small screens, large text, keyboard, no JavaScript, strict policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATIENT_PAGES = ["/", "/styleguide/booking/", "/accessibility/", "/language-help/", "/offline/", "/nothing-here/"]
PAGES = [*PATIENT_PAGES, "/styleguide/", "/styleguide/day/"]
AXE = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
Open = Callable[..., "Page"]


@pytest.fixture
def open_page(browser: Browser, public_pages: str) -> Iterator[Open]:
    """`open_page("/", width=320, ...)`: the page in a fresh window; what the policy refused is a failure."""
    windows = []
    refused: list[str] = []

    def opened(path: str, *, width: int = 390, language: str = "en", **options: Any) -> Page:
        window = browser.new_context(
            base_url=public_pages, viewport={"width": width, "height": 800}, service_workers="block", **options
        )
        window.add_cookies([{"name": "clinic_language", "value": language, "url": public_pages}])
        windows.append(window)
        page = window.new_page()
        page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
        page.goto(path)
        return page

    yield opened
    for window in windows:
        window.close()
    assert refused == []


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_it_has_nothing_for_axe_to_say(open_page: Open, path: str, scheme: str, language: str):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(path, color_scheme=scheme, language=language, reduced_motion="reduce")

    violations = Axe().run(page, options=AXE).response["violations"]

    assert [(v["id"], [node["html"][:160] for node in v["nodes"]][:4]) for v in violations] == []


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_it_never_scrolls_sideways(open_page: Open, path: str, width: int):
    page = open_page(path, width=width)

    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


@pytest.mark.parametrize("path", PAGES)
def test_it_never_scrolls_sideways_with_text_twice_as_large(open_page: Open, path: str):
    page = open_page(path)
    page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": 32}})
    page.reload()

    assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") == 32
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


SMALL_TARGETS = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
  .filter((e) => !e.closest(".skip") && e.type !== "hidden" && e.checkVisibility())
  .filter((e) => getComputedStyle(e).display !== "inline")
  .map((e) => {
    const label = e.labels && e.labels[0];
    const box = (e.type === "radio" || e.type === "checkbox") && label ? label.getBoundingClientRect() : e.getBoundingClientRect();
    return [Math.round(box.width), Math.round(box.height), (label || e).textContent.trim().slice(0, 40)];
  })
  .filter(([width, height]) => Math.min(width, height) < 44)"""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", PATIENT_PAGES)
def test_it_gives_patients_targets_of_44_pixels(open_page: Open, path: str, width: int):
    """Links inside a sentence are exempt, as in WCAG 2.5.8."""
    page = open_page(path, width=width)

    assert page.evaluate(SMALL_TARGETS) == []


RING = """() => {
  const e = document.activeElement, shown = (s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2;
  const beside = e.labels && e.labels[0];
  return e === document.body ? null : [e.outerHTML.slice(0, 90), shown(getComputedStyle(e)) || !!(beside && shown(getComputedStyle(beside)))];
}"""


@pytest.mark.parametrize("path", ["/", "/styleguide/booking/", "/styleguide/day/"])
def test_it_shows_where_the_keyboard_is_at_every_stop(open_page: Open, path: str):
    page = open_page(path, width=1280)
    stops = []
    for _ in range(60):
        page.keyboard.press("Tab")
        stop = page.evaluate(RING)
        if stop is None:
            break
        stops.append(stop)

    assert len(stops) >= 8
    assert [html for html, has_ring in stops if not has_ring] == []


def test_it_lets_the_keyboard_skip_to_the_page(open_page: Open):
    page = open_page("/", width=1280)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the page"

    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"


def test_it_brings_the_focus_to_what_must_be_fixed(open_page: Open):
    page = open_page("/styleguide/")

    assert page.evaluate("document.activeElement.className") == "error-summary"
    page.get_by_role("link", name="Enter a valid email address.").click()
    assert page.evaluate("document.activeElement.id") == "wrong_email"


@pytest.mark.parametrize("path", ["/", "/styleguide/booking/", "/language-help/"])
def test_it_works_without_javascript(open_page: Open, path: str):
    page = open_page(path, java_script_enabled=False)

    page.get_by_role("button", name="Español").click()

    assert page.locator("html").get_attribute("lang") == "es"
    assert page.url.endswith(path)


def test_it_keeps_the_colors_somebody_chose(open_page: Open):
    page = open_page("/", java_script_enabled=False)
    assert page.locator("html").get_attribute("data-theme") is None

    page.get_by_role("button", name="Dark").click()

    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.get_by_role("button", name="Dark").get_attribute("aria-pressed") == "true"


def test_it_says_so_when_there_is_no_connection(browser: Browser, public_pages: str):
    window = browser.new_context(base_url=public_pages)
    page = window.new_page()
    page.goto("/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()

    window.set_offline(True)
    page.goto("/accessibility/")

    assert page.get_by_role("heading", name="You are offline").is_visible()
    kept = page.evaluate(
        "caches.open('clinic-1').then((c) => c.keys()).then((all) => all.map((r) => new URL(r.url).pathname))"
    )
    window.close()
    assert kept == ["/offline/", "/static/clinic/clinic.css", "/static/clinic/icon.svg"]


def test_it_prints_black_on_white_without_the_shell(open_page: Open):
    page = open_page("/styleguide/booking/", width=1280, color_scheme="dark")

    page.emulate_media(media="print")

    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(0, 0, 0)"
    assert not page.locator(".shell-tools").is_visible()
    assert not page.get_by_role("button", name="Continue").is_visible()


def test_it_asks_for_no_more_than_six_files(open_page: Open):
    page = open_page("/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.wait_for_load_state("networkidle")

    assert len(asked) <= 6, asked
