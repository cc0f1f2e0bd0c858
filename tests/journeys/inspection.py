"""What must be true of every page anybody visits, looked at in a window of the inspector's own.

The page as it came to the visitor (also one without scripts, also the answer to a wrong form) is shown once more with the
same policy: axe in both colour schemes, no sideways scroll at 320 pixels, one heading, a language, quiet console.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Response, Route

AXE = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
COLOURS_ONLY = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}
ONE_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=invitation/)[^/]+")
# Links inside a sentence are exempt, as in WCAG 2.5.8.
SMALL_TARGETS = """(least) => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
  .filter((e) => !e.closest(".skip") && e.type !== "hidden" && e.checkVisibility())
  .filter((e) => getComputedStyle(e).display !== "inline")
  .map((e) => {
    const label = e.labels && e.labels[0];
    const box = (e.type === "radio" || e.type === "checkbox") && label ? label.getBoundingClientRect() : e.getBoundingClientRect();
    return [Math.round(box.width), Math.round(box.height), (label || e).textContent.trim().slice(0, 40)];
  })
  .filter(([width, height]) => Math.min(width, height) < least)"""
TOO_WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((e) => e.outerHTML.slice(0, 100)).slice(0, 5)"""


class Inspector:
    """One window, reused. A page that was found in order is not looked at again: see `seen`."""

    def __init__(self, browser: Browser) -> None:
        self.window = browser.new_context(
            service_workers="block", reduced_motion="reduce", viewport={"width": 390, "height": 844}
        )
        self.page = self.window.new_page()
        self.said: list[str] = []
        self.wrong: list[str] = []
        self.seen: set[tuple[Any, ...]] = set()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "blocked by Playwright" not in message.text:
            self.said.append(message.text)

    def __enter__(self) -> Inspector:
        return self

    def __exit__(self, *args: object) -> None:
        self.window.close()

    def inspect(self, visited: Page, response: Response) -> None:
        size = visited.viewport_size or {"width": 1280, "height": 800}
        html = response.text()
        key = (
            ONE_ID.sub("…", urlsplit(response.url).path),
            response.status,
            visited.title(),
            visited.locator("html").get_attribute("lang"),
            len(re.findall(r"<(form|section|table)\b", html)),
        )
        if key in self.seen:
            return
        self.window.clear_cookies()
        self.window.add_cookies(visited.context.cookies())
        wrong = self._what_is_wrong(response, html, size)
        self.wrong += [f"{visited.title()} {urlsplit(response.url).path}: {one}" for one in wrong]
        self.seen.add(key)

    def report(self) -> None:
        """At the end of a journey: everything that was wrong on its pages, at once."""
        wrong, self.wrong = self.wrong, []
        assert not wrong, "\n".join(["The inspector found:", *wrong])

    def _what_is_wrong(self, response: Response, html: str, size: Any) -> list[Any]:
        self._show(response, html, size)
        page = self.page
        is_ours = page.locator("body.is-patient, body.is-staff").count() > 0
        least = 44 if page.locator("body.is-patient").count() else 24
        heard = list(self.said)  # before axe, which adds styles of its own
        wrong: list[Any] = [*_violations(page, AXE)]
        page.emulate_media(color_scheme="dark", media="screen")
        wrong += _violations(page, COLOURS_ONLY)
        wrong += [("small target", one) for one in page.evaluate(SMALL_TARGETS, least)] if is_ours else []
        page.set_viewport_size({"width": 320, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"):
            wrong.append(("scrolls sideways at 320", page.evaluate(TOO_WIDE)))
        if page.locator("h1").count() != 1:
            wrong.append(("headings of the first level", page.locator("h1").all_text_contents()))
        if page.locator("html").get_attribute("lang") not in ("en", "es", "en-us"):
            wrong.append(("language", page.locator("html").get_attribute("lang")))
        if "UNDEFINED_VARIABLE" in html:
            wrong.append(("template", re.findall(r"UNDEFINED_VARIABLE\[[^\]]*\]", html)))
        return wrong + [("console", text) for text in heard]

    def _show(self, response: Response, html: str, size: Any) -> None:
        policy = response.header_value("content-security-policy") or ""
        headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": policy}
        assert "default-src 'none'" in policy or "default-src 'self'" in policy, response.url

        def answer(route: Route) -> None:
            route.fulfill(body=html, headers=headers)

        address = response.url.split("#")[0]
        self.page.set_viewport_size(size)
        self.page.emulate_media(color_scheme="light", media="screen")
        self.said.clear()
        self.page.route(address, answer)
        try:
            self.page.goto(address)
        finally:
            self.page.unroute(address)


def _violations(page: Page, options: dict[str, Any]) -> list[Any]:
    found = Axe().run(page, options=options).response["violations"]
    return [(one["id"], [node["html"][:160] for node in one["nodes"]][:4]) for one in found]
