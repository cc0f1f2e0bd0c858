"""Windows of the clinic's people. Whoever goes in signs in through the pages, and each page shown is inspected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.journeys import pictures
from tests.journeys.clinic import Clinic
from tests.journeys.inspection import Inspector

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page, Response

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}


class Door:
    def __init__(self, browser: Browser, clinic: Clinic, inspector: Inspector) -> None:
        self.browser, self.clinic, self.inspector = browser, clinic, inspector
        self.windows: list[BrowserContext] = []

    def __enter__(self) -> Door:
        return self

    def __exit__(self, *args: object) -> None:
        for window in self.windows:
            window.close()

    def stranger(self, *, size: Any = PHONE, script: bool = True, language: str = "en", **options: Any) -> Visitor:
        """Somebody who has not signed in."""
        window = self.browser.new_context(
            base_url=self.clinic.url,
            viewport=size,
            java_script_enabled=script,
            service_workers="block",
            reduced_motion="reduce",
            accept_downloads=True,
            **options,
        )
        window.add_cookies([{"name": "clinic_language", "value": language, "url": self.clinic.url}])
        self.windows.append(window)
        return Visitor(window.new_page(), self.inspector)

    def enter(self, username: str, *, at: str = "", **options: Any) -> Visitor:
        """That person's window, signed in, at their home or at `at`. A code counts once: a second window shares the first's sign-in."""
        visitor = self.stranger(storage_state=self.clinic.signed_in.get(username), **options)
        if username in self.clinic.signed_in:
            visitor.goes_to(at or "/")
            return visitor
        visitor.goes_to("/account/sign-in/")
        visitor.signs_in(username, self.clinic.password(username), code=lambda: self.clinic.code(username))
        self.clinic.signed_in[username] = visitor.page.context.storage_state()
        if at:
            visitor.goes_to(at)
        return visitor


class Visitor:
    """A person at a window. Counts presses and pages as a person would."""

    def __init__(self, page: Page, inspector: Inspector) -> None:
        self.page, self.inspector = page, inspector
        self.presses = 0
        self.pages: list[str] = []
        self.response: Response | None = None
        self.refused: list[str] = []
        page.on("console", lambda one: self.refused.append(one.text) if "Content Security" in one.text else None)
        page.on("pageerror", lambda error: self.refused.append(str(error)))

    # -- what they do -------------------------------------------------------------------------------

    def goes_to(self, path: str) -> None:
        self.response = self.page.goto(path)
        self._looks()

    def presses_on(self, name: str, *, role: str = "button", within: Locator | None = None, nth: int = 0) -> None:
        """A button or link by the words it carries, and the page that comes. A link into the page shows no new one."""
        self.presses += 1
        with self.page.expect_navigation(wait_until="load") as coming:
            (within or self.page).get_by_role(role, name=name).nth(nth).click()  # type: ignore[arg-type]
        self.response = coming.value
        self._looks()

    def follows(self, name: str, **options: Any) -> None:
        self.presses_on(name, role="link", **options)

    def picks(self, name: str, *, role: str = "radio", within: Locator | None = None, exact: bool = True) -> None:
        """Ticks or chooses."""
        self.presses += 1
        control = (within or self.page).get_by_role(role, name=name, exact=exact).first  # type: ignore[arg-type]
        control.check()

    def writes(self, label: str, text: str) -> None:
        self.page.get_by_label(label).first.fill(text)

    def signs_in(self, username: str, password: str, *, code: Any = None) -> None:
        page = self.page
        page.locator("input[name=username]").fill(username)
        page.locator("input[name=password]").fill(password)
        self.sends("main form button.button")
        shown = code() if code else ""
        if shown:
            page.locator("input[name=code]").fill(shown)
            self.sends("main form button.button")

    def sends(self, selector: str) -> None:
        """The same as `presses_on`, for a control found by what it sends: in any language."""
        self.presses += 1
        with self.page.expect_navigation(wait_until="load") as coming:
            self.page.locator(selector).first.click()
        self.response = coming.value
        self._looks()

    # -- what they see -------------------------------------------------------------------------------

    def _looks(self) -> None:
        """Every page met is counted and inspected."""
        if self.response is None:
            return
        self.pages.append(self.response.url)
        self.inspector.inspect(self.page, self.response)
        assert self.refused == [], self.response.url

    @property
    def status(self) -> int:
        assert self.response is not None
        return self.response.status

    @property
    def heading(self) -> str:
        return " ".join(self.page.locator("h1").inner_text().split())

    @property
    def words(self) -> str:
        """All that is written on the page, as one line."""
        return " ".join(self.page.locator("body").inner_text().split())

    def sees(self, *wanted: str) -> None:
        words = self.words
        missing = [one for one in wanted if one not in words]
        assert missing == [], f"{self.page.url}: {words[:1500]}"

    def picture(self, name: str, *, is_dark_too: bool = False) -> None:
        """For docs/pictures, when asked for (SHOTS=1)."""
        pictures.take(self.page, name, is_dark_too=is_dark_too)

    def counts_from_here(self) -> None:
        self.presses, self.pages = 0, []
