"""Who may give a service, by profession. Data in `giving.toml`, clinic policy."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("giving.toml")


@cache
def load() -> Mapping[str, frozenset[str]]:
    """Profession to the slugs it gives. A profession that is absent gives every service."""
    professions = tomllib.loads(_FILE.read_text(encoding="utf-8"))["professions"]
    return {profession: frozenset(slugs) for profession, slugs in professions.items()}


def may_give(profession: str, *, service: str) -> bool:
    """True when a clinician of this profession may be booked for this service."""
    services = load().get(profession)
    return services is None or service in services
