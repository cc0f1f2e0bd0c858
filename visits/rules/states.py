"""The states of an appointment and the steps between them, as data."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
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


ALLOWED: Mapping[State, frozenset[State]] = {
    State.held: frozenset({State.requested, State.booked, State.cancelled, State.expired}),
    State.requested: frozenset({State.booked, State.cancelled, State.expired}),
    State.booked: frozenset({State.checked_in, State.in_progress, State.cancelled, State.missed}),
    State.checked_in: frozenset({State.in_progress, State.cancelled, State.missed}),
    State.in_progress: frozenset({State.completed, State.missed}),
    State.completed: frozenset(),
    State.cancelled: frozenset(),
    State.missed: frozenset(),
    State.expired: frozenset(),
}

# These keep the clinician, the patient and the room: the database refuses an overlap among them.
OCCUPYING = frozenset({State.held, State.requested, State.booked, State.checked_in, State.in_progress})
FINAL = frozenset(state for state, following in ALLOWED.items() if not following)


def can_move(state: State, *, to: State) -> bool:
    """True when the step is allowed."""
    return to in ALLOWED[state]
