"""Reading the log: each search is itself an event, recorded before its answer is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models

from oncology_clinic.accounts import selectors as accounts
from oncology_clinic.actors import Actor, Role
from oncology_clinic.audit import envelope, events, policies
from oncology_clinic.audit.contract import Action, Category, Outcome
from oncology_clinic.audit.models import Event

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Search:
    """Half-open in time; every filter may be absent. `cursor` is the id of the last event already seen."""

    since: datetime | None = None
    until: datetime | None = None
    actor: str = ""
    patient_id: UUID | None = None
    action: Action | None = None
    cursor: int | None = None

    def filters(self) -> list[str]:
        """The names of the filters used, for the record of the search."""
        names = ("since", "until", "actor", "patient_id", "action")
        return [name for name in names if getattr(self, name)]


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event, opened. `is_readable` is False where the payload key is missing: the clear columns still hold."""

    id: int
    eid: UUID
    at: datetime
    action: str
    outcome: str
    category: str
    actor_id: str
    actor: str
    role: str
    on_behalf_of: str
    patient_id: str
    object_type: str
    object_id: str
    fields: tuple[str, ...]
    count: int
    purpose: str
    route: str
    rule: str
    ip: str
    request_id: str
    is_readable: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A page of events, and the cursor of the page after it (None: there is none)."""

    lines: tuple[EventLine, ...]
    next_cursor: int | None


def search(asked: Search, *, actor: Actor, now: datetime, is_newest_first: bool = False) -> Found:
    """At most 50 events that match, by id, from after `asked.cursor`.

    Refuses `wrong_role`, `second_factor_needed`. Records the search with the names of its
    filters, and the patient asked about, before the answer is given.
    """
    policies.check_can_read_log(actor)
    rows = list(_matching(asked, is_newest_first=is_newest_first)[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    events.record(
        Action.read,
        actor=actor,
        category=Category.audit,
        now=now,
        patient_id=asked.patient_id,
        object_type="audit.Event",
        detail={"filters": asked.filters(), "count": len(shown)},
    )
    return Found(
        lines=tuple(_line(row) for row in shown),
        next_cursor=shown[-1].id if len(rows) > PAGE_SIZE else None,
    )


def _matching(asked: Search, *, is_newest_first: bool) -> models.QuerySet[Event]:
    found = Event.objects.order_by("-id" if is_newest_first else "id")
    if asked.since:
        found = found.filter(ts__gte=asked.since)
    if asked.until:
        found = found.filter(ts__lt=asked.until)
    if asked.action is not None:
        found = found.filter(action=asked.action)
    if asked.patient_id is not None:
        found = found.filter(patient_bidx=envelope.blind_index("patient", asked.patient_id))
    if asked.actor:
        found = found.filter(actor_bidx__in=_actor_indexes(asked.actor))
    if asked.cursor is not None:
        found = found.filter(**{"id__lt" if is_newest_first else "id__gt": asked.cursor})
    return found


def _actor_indexes(name: str) -> list[bytes]:
    """The pseudonyms under which this name may stand: an account, a program of ours, or nobody known."""
    account = accounts.account_id(username=name)
    subjects = [f"{role}:{name}" for role in (Role.system, Role.anonymous)]
    return [envelope.blind_index("actor", subject) for subject in [*([account] if account else []), *subjects]]


def _line(row: Event) -> EventLine:
    try:
        payload, is_readable = envelope.decrypt(row.payload), True
    except envelope.PayloadUnreadable:
        payload, is_readable = {}, False
    who: dict[str, Any] = payload.get("actor", {})
    thing = payload.get("object", {})
    records = payload.get("records", {})
    return EventLine(
        id=row.id,
        eid=row.eid,
        at=row.ts,
        action=_name(Action, row.action),
        outcome=_name(Outcome, row.outcome),
        category=_name(Category, row.category),
        actor_id=who.get("id") or "",
        actor=who.get("label", ""),
        role=who.get("role", ""),
        on_behalf_of=payload.get("on_behalf_of", ""),
        patient_id=payload.get("patient", ""),
        object_type=thing.get("type", "") or ", ".join(sorted(records)),
        object_id=thing.get("id", ""),
        fields=tuple(payload.get("fields", ())),
        count=payload.get("count", payload.get("detail", {}).get("count", 0)),
        purpose=payload.get("purpose", ""),
        route=payload.get("route", ""),
        rule=payload.get("rule", ""),
        ip=payload.get("ip", ""),
        request_id=payload.get("request", ""),
        is_readable=is_readable,
    )


def _name(kind: Any, number: int) -> str:
    """The name of a code; an unknown number stays a number."""
    try:
        return str(kind(number).name)
    except ValueError:
        return str(number)
