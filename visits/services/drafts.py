"""A booking half made, kept sealed so that nothing typed is lost: answers so far, and the time held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from oncology_clinic.actors import Actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.errors import NotFound
from visits import policies
from visits.models import BookingDraft

KEPT_FOR = timedelta(days=30)

FormData = Mapping[str, Sequence[str]]  # as the browser sent it: field name to its values


@dataclass(frozen=True, slots=True)
class Draft:
    id: UUID
    patient_id: UUID
    answers: dict[str, list[str]]
    hold_id: UUID | None


def start(*, patient_id: UUID | None, actor: Actor, now: datetime) -> Draft:
    """A new draft for the caller or the patient named. Raises `patient_missing` (422), `not_found` (404)."""
    whose = policies.patient_of(actor, patient_id=patient_id)
    policies.check_can_book_for(actor, patient_id=whose, now=now)
    if actor.account_id is None:
        raise _not_found()
    with transaction.atomic():
        draft = BookingDraft.objects.create(
            patient_id=whose, account_id=actor.account_id, answers={}, created_at=now, expires_at=now + KEPT_FOR
        )
        _record(Action.create, draft, actor=actor, now=now)
    return _plain(draft)


def read(draft_id: UUID, *, actor: Actor, now: datetime) -> Draft:
    """The draft of this account. Raises `not_found` (404): unknown, expired and somebody else's alike."""
    return _plain(_own(draft_id, actor=actor, now=now))


def keep(draft_id: UUID, answers: FormData, *, actor: Actor, now: datetime, hold_id: UUID | None = None) -> Draft:
    """Lay these fields over what the draft has. Called on each Continue. Raises `not_found` (404)."""
    with transaction.atomic():
        draft = _own(draft_id, actor=actor, now=now)
        draft.answers = {**reveal(draft.answers), **{name: list(values) for name, values in answers.items()}}
        draft.hold_id = hold_id or draft.hold_id
        draft.expires_at = now + KEPT_FOR
        draft.save(update_fields=["answers", "hold", "expires_at"])
        _record(Action.update, draft, actor=actor, now=now)
    return _plain(draft)


def drop(draft_id: UUID, *, actor: Actor, now: datetime) -> None:
    """The booking is made or given up: the draft goes. Raises `not_found` (404)."""
    with transaction.atomic():
        draft = _own(draft_id, actor=actor, now=now)
        _record(Action.delete, draft, actor=actor, now=now)
        draft.delete()


def clear_expired(*, actor: Actor, now: datetime) -> int:
    """Delete every draft past its last day, unopened, in one statement; the number deleted."""
    with transaction.atomic():
        deleted, _by_model = BookingDraft.objects.filter(expires_at__lte=now).delete()
        if deleted:
            audit.record(
                Action.delete,
                actor=actor,
                category=Category.routing,
                now=now,
                object_type="visits.BookingDraft",
                detail={"expired": int(deleted)},
            )
    return int(deleted)


def _own(draft_id: UUID, *, actor: Actor, now: datetime) -> BookingDraft:
    found: BookingDraft | None = BookingDraft.objects.filter(
        id=draft_id, account_id=actor.account_id, expires_at__gt=now
    ).first()
    if found is None:
        raise _not_found()
    policies.check_can_book_for(actor, patient_id=found.patient_id, now=now)
    return found


def _plain(draft: BookingDraft) -> Draft:
    return Draft(draft.id, draft.patient_id, dict(reveal(draft.answers)), draft.hold_id)


def _not_found() -> NotFound:
    return NotFound("not_found", _("We could not find that page, or it is not yours to see."))


def _record(action: Action, draft: BookingDraft, *, actor: Actor, now: datetime) -> None:
    audit.record(
        action,
        actor=actor.acting_for(draft.patient_id),
        category=Category.routing,
        now=now,
        patient_id=draft.patient_id,
        object_type="visits.BookingDraft",
        object_id=draft.id,
    )
