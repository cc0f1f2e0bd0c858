"""Which family a service belongs to, and what people call both: read once from families.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("families.toml")


@cache
def load() -> Mapping[str, str]:
    """Service slug -> family name. A service that is of no family is found by its slug or by `*` only."""
    return {slug: entry["family"] for slug, entry in _read()["services"].items() if "family" in entry}


@cache
def services() -> Mapping[str, Mapping[str, str]]:
    """Service slug -> its label in `en` and `es`, in the order of the file."""
    return {slug: {"en": entry["en"], "es": entry["es"]} for slug, entry in _read()["services"].items()}


@cache
def labels() -> Mapping[str, Mapping[str, str]]:
    """Family name -> its short label in `en` and `es`."""
    return dict(_read()["families"])


def _read() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
