"""The layers of a room, from left to right; the doors stand side by side and do not know each other."""

from __future__ import annotations

from tests.architecture.imports import ROOMS

ORDER = {
    "rules": 0,
    "models": 1,
    "selectors": 2,
    "policies": 3,
    "services": 4,
    "forms": 5,
    "presenters": 6,
    "views": 7,
    "api": 7,
    "tasks": 7,
}
HOMES = (*ROOMS, "oncology_clinic.accounts", "oncology_clinic.audit", "oncology_clinic.outbox")


def home_of(name: str) -> tuple[str, str] | None:
    """The room (or ground-floor app, or sub-room) of a dotted name, and its layer in it."""
    for home in HOMES:
        if name.startswith(f"{home}."):
            parts = name[len(home) + 1 :].split(".")
            if parts[0] in ORDER:
                return home, parts[0]
            if len(parts) > 1 and parts[1] in ORDER:
                return f"{home}.{parts[0]}", parts[1]
    return None
