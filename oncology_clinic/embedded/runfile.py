"""var/run.json: where the running clinic's servers are, so that `manage.py` in another window finds them."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

NAME = "run.json"


def read(var: Path) -> dict[str, Any]:
    """What the running (or killed) clinic wrote; empty when there is none."""
    try:
        content = json.loads((var / NAME).read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write(var: Path, content: dict[str, Any]) -> None:
    """Whole or not at all, and for its owner only: it holds the servers' passwords."""
    part = var / f".{NAME}.part"
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, indent=1)
    part.replace(var / NAME)


def remove(var: Path) -> None:
    with suppress(FileNotFoundError):
        (var / NAME).unlink()
