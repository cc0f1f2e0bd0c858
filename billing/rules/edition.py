"""The built-in edition of the law: the dated, cited provisions under billing/law, read once.

Reading a file is the only thing done here; no clock, no database.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from billing.rules import reading
from billing.rules.book import Book
from billing.rules.model import CoverageRule

LAW = Path(__file__).resolve().parents[1] / "law"


@cache
def provisions() -> tuple[CoverageRule, ...]:
    """Every provision of every file, federal first, then the states by name; drafts included.

    A provision inherits what its file says once for all (`[defaults]`), and the path says
    who made it: a file in `states/` speaks for that state only. Raises `Malformed`.
    """
    files = [LAW / "federal.toml", *sorted((LAW / "states").glob("*.toml"))]
    raw = [provision for file in files for provision in _read(file)]
    return tuple(reading.rules(raw))


@cache
def book() -> Book:
    """The compiled built-in edition. Its drafts never answer."""
    return Book.compile(provisions(), revision=f"edition {revision()}")


def revision() -> str:
    """The day the newest provision was read at its source."""
    return max(str(rule.source.read_on or "") for rule in provisions())


def _read(file: Path) -> list[dict[str, Any]]:
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    defaults = content.get("defaults", {})
    if file.parent.name == "states":
        defaults = {**defaults, "jurisdiction": file.stem.upper()}
    return [{**defaults, **provision} for provision in content.get("rule", [])]
