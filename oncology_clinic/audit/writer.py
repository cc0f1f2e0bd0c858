"""Puts events into the table: one multi-row INSERT that names only the columns the application may choose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import uuid6
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from oncology_clinic.actors import Actor, Role
from oncology_clinic.audit import envelope
from oncology_clinic.audit.context import AccessContext, Batch, Entries, Opened, Purpose
from oncology_clinic.audit.contract import Action, Category, Outcome

COLUMNS = "eid, ts, action, outcome, category, patient_bidx, actor_bidx, kid, payload, mac"
_ROW = "(" + ", ".join(["%s"] * 10) + ")"
ROWS_A_STATEMENT = 1_000
_EMPTY: tuple[Any, ...] = (None, "", [], {})

_PURPOSE_OF_ROLE = {
    Role.patient: Purpose.patient_request,
    Role.caregiver: Purpose.patient_request,
    Role.clinician: Purpose.treatment,
    Role.nurse_coordinator: Purpose.treatment,
    Role.administrator: Purpose.operations,
    Role.auditor: Purpose.operations,
    Role.anonymous: Purpose.patient_request,
    Role.system: Purpose.system,
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What the events of one act or request share: who, from where, and the actor's pseudonym."""

    facts: dict[str, Any]
    actor_bidx: bytes
    declared: frozenset[Category] | None


def frame(actor: Actor, context: AccessContext | None) -> Frame:
    return Frame(
        facts={**_who(actor), **_whence(actor, context), "v": 1},
        actor_bidx=actor_index(actor),
        declared=context.declared if context else None,
    )


def event(
    action: Action,
    *,
    frame: Frame,
    category: Category,
    outcome: Outcome,
    now: datetime,
    patient_id: UUID | None,
    facts: Mapping[str, Any],
) -> tuple[Any, ...]:
    """One row ready for `insert`: pseudonyms, encrypted payload, MAC. Empty facts are left out."""
    payload = {**frame.facts, "patient": patient_id and str(patient_id), **facts}
    return envelope.Sealable(
        eid=uuid6.uuid7(),
        ts=now,
        action=int(action),
        outcome=int(outcome),
        category=int(category),
        patient_bidx=patient_index(patient_id),
        actor_bidx=frame.actor_bidx,
        kid=envelope.current_kid(),
        payload=envelope.encrypt({key: value for key, value in payload.items() if value not in _EMPTY}),
    ).row()


def reads(entries: Entries, *, frame: Frame, now: datetime, outcome: Outcome = Outcome.ok) -> list[tuple[Any, ...]]:
    """One `read` event for each patient and category in the ledger.

    Outcome `denied`: opened to find out whether the asker may see it, and not shown.
    """
    return [
        event(
            Action.read,
            frame=frame,
            category=category,
            outcome=outcome,
            now=now,
            patient_id=patient_id,
            facts=_opened(opened, is_undeclared=frame.declared is not None and category not in frame.declared),
        )
        for (category, patient_id), opened in entries.items()
    ]


def insert(rows: Sequence[tuple[Any, ...]], *, using: BaseDatabaseWrapper | None = None) -> None:
    """Insert the rows in the current transaction."""
    with (using or connection).cursor() as cursor:
        for start in range(0, len(rows), ROWS_A_STATEMENT):
            part = rows[start : start + ROWS_A_STATEMENT]
            values = ", ".join([_ROW] * len(part))
            cursor.execute(
                f"INSERT INTO audit_event ({COLUMNS}) VALUES {values}", [cell for row in part for cell in row]
            )


def insert_apart(rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert the rows in a transaction of their own, which no rollback of the caller's takes away."""
    if not rows:
        return
    if not is_inside_transaction():
        insert(rows)
        return
    side = connection.copy()
    try:
        insert(rows, using=side)
    finally:
        side.close()


def is_inside_transaction() -> bool:
    """Whether the caller's work may still roll back. The wrapping block of a Django test case does not count."""
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)


def is_alive(batch: Batch) -> bool:
    """Whether the transaction that took these reads has committed, or is open and will if it commits."""
    return batch.is_committed or any(callback == batch.settle for _, callback, *_ in connection.run_on_commit)


def is_safe(batch: Batch) -> bool:
    """As `is_alive`, for a flush that must survive alone: an open transaction is no promise."""
    return batch.is_committed or (not is_inside_transaction() and is_alive(batch))


def settle_on_commit(batch: Batch) -> None:
    transaction.on_commit(batch.settle)


def patient_index(patient_id: UUID | None) -> bytes | None:
    return None if patient_id is None else envelope.blind_index("patient", patient_id)


def actor_index(actor: Actor) -> bytes:
    return envelope.blind_index("actor", actor.account_id or f"{actor.role}:{actor.label}")


def _who(actor: Actor) -> dict[str, Any]:
    who = {"label": actor.label, "role": str(actor.role)}
    if actor.account_id:
        who["id"] = str(actor.account_id)
    return {
        "actor": who,
        "on_behalf_of": actor.on_behalf_of and str(actor.on_behalf_of),
    }


def _whence(actor: Actor, context: AccessContext | None) -> dict[str, Any]:
    purpose = (context.purpose if context else None) or _PURPOSE_OF_ROLE[actor.role]
    if context is None:
        return {"purpose": str(purpose)}
    return {
        "purpose": str(purpose),
        "route": context.route,
        "request": context.request_id,
        "ip": context.ip,
        "ua": context.user_agent_hash,
        "session": context.session_hash,
    }


def _opened(opened: Opened, *, is_undeclared: bool) -> dict[str, Any]:
    records = {model: _texts(pks) for model, pks in sorted(opened.records.items())}
    return {
        "records": records,
        "fields": sorted(opened.fields),
        "count": sum(len(pks) for pks in records.values()),
        "undeclared": is_undeclared or None,
    }


def _texts(values: Iterable[object]) -> list[str]:
    return sorted(str(value) for value in values)
