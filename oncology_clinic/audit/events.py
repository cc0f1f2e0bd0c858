"""Recording what was done. Every write of the clinic calls `record` inside its own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from oncology_clinic.actors import Actor
from oncology_clinic.audit.contract import Action, Category, Outcome

Plain = str | int | bool | None | list[str]


def record(
    action: Action,
    *,
    actor: Actor,
    category: Category,
    now: datetime,
    patient_id: UUID | None = None,
    object_type: str = "",
    object_id: UUID | str | None = None,
    outcome: Outcome = Outcome.ok,
    detail: Mapping[str, Plain] | None = None,
) -> None:
    """Insert one encrypted event, in the caller's transaction: no change without event, no event without change.

    `now` is aware, UTC. `detail` holds codes and counts, never names or free clinical text
    except old/new values of clinical updates; it is encrypted with the payload.
    """


def record_denied(*, actor: Actor, rule: str, now: datetime, patient_id: UUID | None = None) -> None:
    """Record a refused look or act, in a transaction of its own that a rollback cannot take away."""
