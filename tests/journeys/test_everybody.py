"""In Spanish, by keyboard alone, and on a slow line: the same booking for everybody."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.journeys.windows import DESKTOP, PHONE, Door

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response

FOLLOW_UP = "Follow-up after treatment"
FIRST_VISIT, REPEAT, FILES = 60_000, 12_000, 6  # bytes, bytes, requests
STOPS = 120
RING = """() => {
  const e = document.activeElement, shown = (s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2;
  const beside = e.labels && e.labels[0];
  const box = (beside || e).getBoundingClientRect();
  if (e === document.body) return null;
  return {
    name: e.name || "", value: e.value || "", type: e.type || e.tagName, words: e.textContent.trim(),
    hasRing: shown(getComputedStyle(e)) || !!(beside && shown(getComputedStyle(beside))),
    isSeen: box.bottom > 0 && box.top < innerHeight, html: e.outerHTML.slice(0, 90),
  };
}"""


# -- in Spanish --------------------------------------------------------------------------------------


def test_a_patient_books_and_answers_in_spanish_without_scripts(door: Door):
    maria = door.enter("maria.santos", script=False, language="es")
    assert maria.page.locator("html").get_attribute("lang") == "es"
    maria.sees("Sus visitas", "614-555-0142")
    maria.sends("a[href='/visits/new/']")
    maria.sends("button[value=survivorship-followup]")
    maria.sends("main form .buttons button")
    assert maria.status == 422
    assert maria.page.title().startswith("Error: ")
    maria.picture("preguntas")
    maria.page.locator("input[value=none]").check()
    maria.sends("main form .buttons button")
    maria.sends("#times form .buttons button")
    maria.picture("revisar")
    maria.sends("form[action='/visits/book/'] button")
    maria.goes_to("/screens/")
    maria.sends("a[href^='/screens/0']")
    for path in ("/", "/coverage/", "/caregivers/", "/account/profile/", "/visits/offered/"):
        maria.goes_to(path)
        assert maria.page.locator("html").get_attribute("lang") == "es"
    english = [word for word in ("Book", "Continue", "Your ", "visit ", "Change") if word in maria.words]
    assert english == []


# -- by keyboard -------------------------------------------------------------------------------------


class Keyboard:
    """Only Tab, Space and Enter. Each stop must show where it is."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.unseen: list[str] = []

    def reaches(self, **wanted: str) -> None:
        """Tab by tab to a control, by its name, value, type or words."""
        for _stop in range(STOPS):
            self.page.keyboard.press("Tab")
            stop: dict[str, Any] | None = self.page.evaluate(RING)
            if stop is None:
                continue
            if not (stop["hasRing"] and stop["isSeen"]):
                self.unseen.append(f"{self.page.url} {stop['html']}")
            if all(value in stop[key] for key, value in wanted.items()):
                return
        raise AssertionError(f"Tab never came to {wanted} on {self.page.url}")

    def enters(self) -> None:
        with self.page.expect_navigation(wait_until="load"):
            self.page.keyboard.press("Enter")

    def spaces(self) -> None:
        self.page.keyboard.press("Space")


def test_a_patient_books_by_keyboard_alone(door: Door):
    omar = door.enter("omar.haddad", size=DESKTOP)
    keys = Keyboard(omar.page)

    keys.reaches(words=FOLLOW_UP)
    keys.enters()
    keys.reaches(name="flags", value="none")
    keys.spaces()
    assert omar.page.locator("input[value=none]").is_checked()
    keys.reaches(name="pain_now")
    omar.page.keyboard.press("ArrowRight")
    assert omar.page.locator("input[name=pain_now]:checked").count() == 1
    keys.reaches(words="Continue")
    keys.enters()
    keys.reaches(name="slot")
    omar.page.keyboard.press("ArrowDown")
    keys.reaches(words="Continue")
    keys.enters()
    keys.reaches(words="Book this visit")
    keys.enters()

    omar.sees("Your visit is booked")
    assert keys.unseen == []


# -- on a slow line ------------------------------------------------------------------------------------


class Scales:
    """What crosses the line for one page: as it comes, static text files as WhiteNoise squeezes them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.answers: list[Response] = []

    def __enter__(self) -> Scales:
        self.page.on("response", self._keep)
        return self

    def __exit__(self, *args: object) -> None:
        self.page.remove_listener("response", self._keep)

    def _keep(self, answer: Response) -> None:
        self.answers.append(answer)

    def weights(self) -> dict[str, int]:
        """Bytes of each body by path. Asked for afterwards: an event must not wait for one."""
        return {urlsplit(answer.url).path: _weight(answer) for answer in self.answers}


def _weight(answer: Response) -> int:
    if urlsplit(answer.url).path.endswith((".css", ".js", ".svg")):
        return len(gzip.compress(answer.body(), 6))
    return int(answer.request.sizes()["responseBodySize"])


def test_a_patients_pages_are_light(door: Door):
    """The first page with all its files; each further page alone, as files have names that may be kept for ever."""
    alice = door.enter("alice.brennan", size=PHONE)

    with Scales(alice.page) as first:
        alice.page.goto("/visits/", wait_until="networkidle")
    weights = first.weights()
    assert len(first.answers) <= FILES, weights
    assert sum(weights.values()) <= FIRST_VISIT, weights
    assert any(path.endswith(".css") for path in weights), weights

    alice.presses_on(FOLLOW_UP)
    for path in (urlsplit(alice.page.url).path, "/visits/new/", "/visits/", "/screens/", "/coverage/", "/caregivers/"):
        with Scales(alice.page) as further:
            alice.page.goto(path, wait_until="networkidle")
        assert further.weights()[path] <= REPEAT, path
