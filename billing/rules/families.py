"""Which family a service belongs to: read once from families.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("families.toml")


@cache
def load() -> Mapping[str, str]:
    """Service slug -> family name. A service that no family names is found by its slug or by `*` only."""
    return dict(tomllib.loads(FILE.read_text(encoding="utf-8"))["services"])


@cache
def labels() -> Mapping[str, Mapping[str, str]]:
    """Family name -> its short label in `en` and `es`."""
    return dict(tomllib.loads(FILE.read_text(encoding="utf-8"))["families"])
