"""Finding a Chromium for the journeys."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOW_TO_GET_ONE = (
    "No Chromium was found. Install one (`apt-get install chromium`, or `.venv/bin/playwright install chromium`), "
    "or name one: CHROMIUM=/path/to/chromium make test"
)


def find(playwrights_own: str) -> str | None:
    """The path of CHROMIUM, of the system's Chromium or of Playwright's own, in this order; None when there is none."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    for path in ("/usr/bin/chromium", shutil.which("chromium"), shutil.which("chromium-browser"), playwrights_own):
        if path and Path(path).exists():
            return path
    return None
