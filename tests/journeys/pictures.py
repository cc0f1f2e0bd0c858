"""The pictures of docs/pictures, taken on the way when SHOTS=1: at the visitor's width, light, and dark where asked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
TALLEST = {"phone": 1500, "desktop": 1000}
HEAVIEST = 200_000


def take(page: Page, name: str, *, is_dark_too: bool) -> None:
    """`NAME-phone-light.png`, `NAME-phone-dark.png`: the page from its top, a long one cut off."""
    if os.environ.get("SHOTS") != "1":
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    width = (page.viewport_size or {})["width"]
    device = "phone" if width < 600 else "desktop"
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST[device])
    for scheme in ("light", "dark") if is_dark_too else ("light",):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        file = FOLDER / f"{name}-{device}-{scheme}.png"
        clip = {"x": 0, "y": 0, "width": width, "height": height}
        page.screenshot(path=file, full_page=True, clip=clip, animations="disabled")  # type: ignore[arg-type]
        assert file.stat().st_size < HEAVIEST, file
    page.emulate_media(color_scheme="light")
