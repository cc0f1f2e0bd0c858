"""A booking made page by page: begun, questions answered, a time chosen, then booked or forgotten.

The answers are kept sealed in a `BookingDraft`, two hours from the last page. Nothing here takes a time;
`booking.book` does, at the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from oncology_clinic.actors import Actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.errors import Conflict, NotFound, Refusal
from visits import policies
from visits.models import BookingDraft
from visits.rules.findings import Verdict
from visits.services import booking, emergencies
from visits.services.booking import Booked
from visits.services.commands import Answers, BookCommand
from visits.services.considering import Considered, consider, service_of

LIFE = timedelta(hours=2)  # clinic policy: how somebody feels now says nothing about tomorrow


class DraftExpired(Refusal):
    """The answers were let go. 410."""

    status: ClassVar[int] = 410


class Choice(StrEnum):
    """What can be chosen instead, on the page that says where the visit would be."""

    come_in = "come_in"  # in the clinic's own state
    by_phone = "by_phone"
    by_video = "by_video"
    pay_self = "pay_self"
    use_plan = "use_plan"


@dataclass(frozen=True, slots=True)
class BeginCommand:
    """`clinician_id`: whom the patient would like to see again."""

    service: str
    patient_id: UUID | None = None
    clinician_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AnswerCommand:
    """`temperature` is what was typed, in Fahrenheit, to show it again as it was."""

    draft_id: UUID
    location: str
    answers: Answers
    temperature: str = ""


@dataclass(frozen=True, slots=True)
class ChooseTimeCommand:
    draft_id: UUID
    start: datetime
    clinician_id: UUID


@dataclass(frozen=True, slots=True)
class ChooseInsteadCommand:
    draft_id: UUID
    choice: Choice


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft, opened. `answers` None: the questions come first; `start` None: no time chosen."""

    id: UUID
    patient_id: UUID
    service: str
    with_clinician_id: UUID | None = None
    answers: Answers | None = None
    location: str = ""
    temperature: str = ""
    start: datetime | None = None
    clinician_id: UUID | None = None


def begin(command: BeginCommand, *, actor: Actor, now: datetime) -> Draft:
    """A new draft; an older one of the same person for the same patient is forgotten.

    Where the patient will be is carried over from it; how the patient feels never is.
    Raises `not_found` (404), `patient_missing`, `unknown_service`, `not_bookable` (422, field `service`).
    """
    patient_id = policies.patient_of(actor, patient_id=command.patient_id)
    policies.check_can_book_for(actor, patient_id=patient_id, now=now)
    if service_of(command.service).minutes is None:
        raise Refusal("not_bookable", _("Our team plans this one with you. Call us."), field="service")
    with transaction.atomic():
        before = _own(actor).filter(patient_id=patient_id, expires_at__gt=now).order_by("-created_at").first()
        row = BookingDraft(patient_id=patient_id, account_id=_account(actor), created_at=now, expires_at=now + LIFE)
        draft = Draft(
            id=row.id,
            patient_id=patient_id,
            service=command.service,
            with_clinician_id=command.clinician_id,
            location=_plain(before).get("location", "") if before else "",
        )
        row.answers = _as_plain(draft)
        _own(actor).filter(patient_id=patient_id).delete()
        row.save(force_insert=True)
        _record(Action.create, row, actor=actor, now=now)
    return draft


def one(draft_id: UUID, *, actor: Actor, now: datetime) -> Draft:
    """The actor's own draft. Raises `not_found` (404) for any other, `draft_expired` (410)."""
    return _opened(_one(draft_id, actor=actor, now=now))


def answer(command: AnswerCommand, *, actor: Actor, now: datetime) -> Draft:
    """Keep the answers of the question page.

    Raises 422 `emergency` (with `script`): then the answers are not kept in the draft, and decision, alert, page and
    event are stored. Raises as `one`.
    """
    row = _one(command.draft_id, actor=actor, now=now)
    draft = replace(_opened(row), answers=command.answers, location=command.location, temperature=command.temperature)
    check_no_emergency(considered(draft, now=now), actor=actor, now=now)
    return _keep(row, draft, actor=actor, now=now)


def choose_time(command: ChooseTimeCommand, *, actor: Actor, now: datetime) -> Draft:
    """Keep the time somebody would like. It is not taken yet. Raises as `one`, 409 `questions_first`."""
    row = _one(command.draft_id, actor=actor, now=now)
    draft = answered(_opened(row))
    return _keep(row, replace(draft, start=command.start, clinician_id=command.clinician_id), actor=actor, now=now)


def choose_instead(command: ChooseInsteadCommand, *, actor: Actor, now: datetime) -> Draft:
    """Another way for the same visit. Raises 422 `self_pay_not_allowed`, `self_pay_needs_form`."""
    row = _one(command.draft_id, actor=actor, now=now)
    draft = answered(_opened(row))
    assert draft.answers is not None
    changes: Mapping[Choice, Mapping[str, Any]] = {
        Choice.come_in: {"pref": "in_person", "cannot_travel": False},
        Choice.by_phone: {"pref": "audio"},
        Choice.by_video: {"pref": "telehealth"},
        Choice.pay_self: {"self_pay_ack": True},
        Choice.use_plan: {"self_pay_ack": False},
    }
    draft = replace(draft, answers=replace(draft.answers, **changes[command.choice]), start=None, clinician_id=None)
    if command.choice is Choice.come_in:
        draft = replace(draft, location=settings.CLINIC_STATE)
    check_no_emergency(considered(draft, now=now), actor=actor, now=now)
    return _keep(row, draft, actor=actor, now=now)


def book(command: BookCommand, *, draft_id: UUID | None, actor: Actor, now: datetime) -> Booked:
    """`booking.book`, and the draft it came from is forgotten. Raises as `booking.book`."""
    booked = booking.book(command, actor=actor, now=now)
    if draft_id is not None:
        _own(actor).filter(id=draft_id, patient_id=booked.appointment.patient_id).delete()
    return booked


def clear_expired(*, actor: Actor, now: datetime) -> int:
    """Delete every draft past its two hours, unopened, in one statement; the number deleted. For the task."""
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


def answered(draft: Draft) -> Draft:
    """Raise 409 `questions_first` while the questions are open."""
    if draft.answers is None:
        raise Conflict("questions_first", _("Answer the questions first."))
    return draft


def timed(draft: Draft) -> Draft:
    """Raise 409 `time_first` while no time is chosen."""
    if answered(draft).start is None:
        raise Conflict("time_first", _("Choose a time first."))
    return draft


def considered(draft: Draft, *, now: datetime) -> Considered:
    """Where the visit would be, for the time chosen so far. The caller has been allowed to."""
    return consider(
        patient_id=draft.patient_id,
        service_slug=draft.service,
        clinician_id=draft.clinician_id,
        start=draft.start,
        location=draft.location,
        answers=draft.answers or Answers(),
        now=now,
    )


def check_no_emergency(found: Considered, *, actor: Actor, now: datetime) -> None:
    """Raise 422 `emergency`, after decision, alert, page and record are stored."""
    if found.routed.decision is not Verdict.emergency:
        return
    with transaction.atomic():
        emergency = emergencies.report(found, actor=actor.acting_for(found.patient_id), now=now)
    raise emergency.refusal()


def _own(actor: Actor) -> Any:
    return BookingDraft.objects.filter(account_id=_account(actor))


def _account(actor: Actor) -> UUID:
    """Programs of ours have no account, and no drafts."""
    if actor.account_id is None:
        raise _not_found()
    return actor.account_id


def _not_found() -> NotFound:
    return NotFound("not_found", _("We could not find that page, or it is not yours to see."))


def _one(draft_id: UUID, *, actor: Actor, now: datetime) -> BookingDraft:
    row: BookingDraft | None = _own(actor).filter(id=draft_id).first()
    if row is None:
        raise _not_found()
    policies.check_can_book_for(actor, patient_id=row.patient_id, now=now)
    if row.expires_at <= now or "service" not in _plain(row):
        raise DraftExpired("draft_expired", _("You were away for a while, so we let your answers go. Start again."))
    return row


def _keep(row: BookingDraft, draft: Draft, *, actor: Actor, now: datetime) -> Draft:
    with transaction.atomic():
        row.answers = _as_plain(draft)
        row.expires_at = now + LIFE
        row.save(update_fields=["answers", "expires_at"])
        _record(Action.update, row, actor=actor, now=now)
    return draft


def _plain(row: BookingDraft) -> dict[str, Any]:
    return dict(reveal(row.answers))


def _opened(row: BookingDraft) -> Draft:
    kept = _plain(row)
    told = kept["answers"]
    return Draft(
        id=row.id,
        patient_id=row.patient_id,
        service=kept["service"],
        with_clinician_id=_uuid(kept["with"]),
        answers=Answers(**{**told, "flags": tuple(told["flags"])}) if told is not None else None,
        location=kept["location"],
        temperature=kept["temperature"],
        start=datetime.fromisoformat(kept["start"]) if kept["start"] else None,
        clinician_id=_uuid(kept["clinician"]),
    )


def _as_plain(draft: Draft) -> dict[str, Any]:
    return {
        "service": draft.service,
        "with": str(draft.with_clinician_id or ""),
        "answers": {**asdict(draft.answers), "flags": list(draft.answers.flags)} if draft.answers else None,
        "location": draft.location,
        "temperature": draft.temperature,
        "start": draft.start.isoformat() if draft.start else "",
        "clinician": str(draft.clinician_id or ""),
    }


def _uuid(text: str) -> UUID | None:
    return UUID(text) if text else None


def _record(action: Action, row: BookingDraft, *, actor: Actor, now: datetime) -> None:
    audit.record(
        action,
        actor=actor.acting_for(row.patient_id),
        category=Category.routing,
        now=now,
        patient_id=row.patient_id,
        object_type="visits.BookingDraft",
        object_id=row.id,
    )
