"""The states of an appointment and the steps between them, as data."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Status(StrEnum):
    held = "held"  # a time kept while the patient answers
    requested = "requested"  # a clinician has still to decide
    booked = "booked"
    checked_in = "checked_in"
    in_progress = "in_progress"
    completed = "completed"
    cancelled = "cancelled"
    missed = "missed"
    expired = "expired"  # a hold or a request that nobody took up


class MissedBy(StrEnum):
    """Who was absent. A missed visit always says it: a visit nobody closed is not the patient's fault."""

    patient = "patient"
    clinic = "clinic"
    technology = "technology"


ALLOWED: Mapping[Status, frozenset[Status]] = {
    Status.held: frozenset({Status.requested, Status.booked, Status.cancelled, Status.expired}),
    Status.requested: frozenset({Status.booked, Status.cancelled, Status.expired}),
    Status.booked: frozenset({Status.checked_in, Status.in_progress, Status.cancelled, Status.missed}),
    Status.checked_in: frozenset({Status.in_progress, Status.cancelled, Status.missed}),
    Status.in_progress: frozenset({Status.completed, Status.missed}),
    Status.completed: frozenset(),
    Status.cancelled: frozenset(),
    Status.missed: frozenset(),
    Status.expired: frozenset(),
}

# These keep the clinician, the patient and the room: the database refuses an overlap among them.
OCCUPYING = frozenset({Status.held, Status.requested, Status.booked, Status.checked_in, Status.in_progress})
FINAL = frozenset(status for status, following in ALLOWED.items() if not following)


def can_move(status: Status, *, to: Status) -> bool:
    """True when the step is allowed."""
    return to in ALLOWED[status]
