"""Recording what was done. Every write of the clinic calls `record` inside its own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from oncology_clinic.actors import Actor, Role
from oncology_clinic.audit import context as access_context
from oncology_clinic.audit import writer
from oncology_clinic.audit.context import AccessContext, Batch
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
    except old/new values of clinical updates; it is encrypted with the payload, and floats
    in it are refused (`PayloadRefused`). The reads that wait in the context's ledger go
    into the same INSERT; should the transaction roll back, they are written at its end.
    """
    context = access_context.current_or_none()
    row = writer.event(
        action,
        frame=writer.frame(actor, context),
        category=category,
        outcome=outcome,
        now=now,
        patient_id=patient_id,
        facts={"object": _object(object_type, object_id), "detail": dict(detail or {})},
    )
    writer.insert([row, *_pending_reads(context, actor=actor, now=now)])


def record_denied(*, actor: Actor, rule: str, now: datetime, patient_id: UUID | None = None) -> None:
    """Record a refused look or act, in a transaction of its own that a rollback cannot take away.

    `rule` is the code of the refusal. `patient_id` is the patient it was about, if known.
    """
    context = access_context.current_or_none()
    row = writer.event(
        Action.denied,
        frame=writer.frame(actor, context),
        category=Category.account,
        outcome=Outcome.denied,
        now=now,
        patient_id=patient_id,
        facts={"rule": rule},
    )
    writer.insert_apart([row])
    if context is not None:
        context.denials += 1


def _object(object_type: str, object_id: UUID | str | None) -> dict[str, str]:
    named = {"type": object_type, "id": "" if object_id is None else str(object_id)}
    return {key: value for key, value in named.items() if value}


def _pending_reads(context: AccessContext | None, *, actor: Actor, now: datetime) -> list[tuple[Any, ...]]:
    if context is None or context.ledger.is_closed:
        return []
    entries = context.ledger.take(writer.is_alive)
    if not entries:
        return []
    batch = Batch(entries)
    context.ledger.batches.append(batch)
    writer.settle_on_commit(batch)
    reader = actor if context.actor.role is Role.anonymous else context.actor
    return writer.reads(entries, frame=writer.frame(reader, context), now=now)
