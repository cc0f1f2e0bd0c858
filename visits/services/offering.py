"""What each page of the booking wizard needs to know, in one call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from oncology_clinic.accounts import people
from oncology_clinic.accounts.models import Patient
from oncology_clinic.actors import Actor, Role
from visits.models import Appointment
from visits.rules.findings import Verdict
from visits.selectors import calendar as calendar_selectors
from visits.selectors import slots as slot_selectors
from visits.selectors.calendar import Calendar
from visits.selectors.slots import Slot
from visits.services import blocked, finding, wizard
from visits.services.considering import Considered
from visits.services.wizard import Draft

WINDOW_DAYS = 14
DAYS_SHOWN = 7
MANY = 12  # more starts than this in a day are thinned to the half hours: fewer to read, later days stay open
ENOUGH = 4


@dataclass(frozen=True, slots=True)
class Asking:
    """The question page: the draft, and the record its first answers come from. `for_whom`: acting for somebody."""

    draft: Draft
    patient: Patient
    for_whom: str


@dataclass(frozen=True, slots=True)
class Times:
    """Free times by local day of the place of care, the first days of the window that have any."""

    days: dict[date, list[Slot]]
    first_day: date
    last_day: date  # of the window; the next one begins after it
    calendar: Calendar
    day: date | None = None  # the one whose times are shown
    is_narrowed: bool = False  # to one clinician


@dataclass(frozen=True, slots=True)
class Offer:
    """The draft considered. `times` on the page that asks for one; `choices` where no visit can be made this way."""

    draft: Draft
    considered: Considered
    for_whom: str
    times: Times | None = None
    choices: list[dict[str, object]] = field(default_factory=list)


def asking(draft_id: UUID, *, actor: Actor, now: datetime) -> Asking:
    """Raises as `wizard.one`."""
    draft = wizard.one(draft_id, actor=actor, now=now)
    patient = people.patient(draft.patient_id)
    return Asking(draft, patient, _for_whom(patient, actor=actor))


def times_for(
    draft_id: UUID, *, day: date | None, first_day: date | None, anyone: bool, actor: Actor, now: datetime
) -> Offer:
    """Where the visit would be, why, at what cost, and the free times.

    Raises as `wizard.one`, 409 `questions_first`, 422 `emergency` when the record has come to say so meanwhile.
    """
    draft = wizard.answered(wizard.one(draft_id, actor=actor, now=now))
    found = wizard.considered(replace_time(draft), now=now)
    wizard.check_no_emergency(found, actor=actor, now=now)
    for_whom = _for_whom(found.record.patient, actor=actor)
    if found.routed.decision is Verdict.blocked:
        return Offer(draft, found, for_whom, choices=blocked.choices(found))
    chosen = day or _day_of(draft, known=found.record.calendar)
    times = _times(
        service=draft.service,
        modality=found.modality_to_keep,
        location=found.location,
        patient_id=draft.patient_id,
        clinician_id=None if anyone else draft.with_clinician_id,
        first_day=first_day,
        day=chosen,
        known=found.record.calendar,
        keep=draft.start,
        now=now,
    )
    return Offer(draft, found, for_whom, times=times)


def replace_time(draft: Draft) -> Draft:
    """The draft as it was before a time was chosen: the page of times asks about any time."""
    return Draft(
        id=draft.id,
        patient_id=draft.patient_id,
        service=draft.service,
        answers=draft.answers,
        location=draft.location,
        temperature=draft.temperature,
    )


def check(draft_id: UUID, *, actor: Actor, now: datetime) -> Offer:
    """Everything once more, for the time chosen. Raises as `times_for`, and 409 `time_first`."""
    draft = wizard.timed(wizard.one(draft_id, actor=actor, now=now))
    found = wizard.considered(draft, now=now)
    wizard.check_no_emergency(found, actor=actor, now=now)
    choices = blocked.choices(found) if found.routed.decision is Verdict.blocked else []
    return Offer(draft, found, _for_whom(found.record.patient, actor=actor), choices=choices)


@dataclass(frozen=True, slots=True)
class Moving:
    """A visit and the other times it could take."""

    appointment: Appointment
    times: Times
    for_whom: str


def moving(appointment_id: UUID, *, day: date | None, first_day: date | None, actor: Actor, now: datetime) -> Moving:
    """Free times with the same clinician. Raises `not_found` (404), 409 `too_late`, `already_cancelled`."""
    appointment = finding.for_act(appointment_id, actor=actor, now=now)
    finding.check_can_still_change(appointment, now=now)
    times = _times(
        service=appointment.service,
        modality=appointment.modality,
        location=appointment.patient_location,
        patient_id=appointment.patient_id,
        clinician_id=appointment.clinician_id,
        first_day=first_day,
        day=day,
        known=calendar_selectors.current(),
        minutes=int((appointment.ends_at - appointment.starts_at).total_seconds() // 60),
        now=now,
    )
    return Moving(appointment, times, _for_whom(appointment.patient, actor=actor))


def _times(
    *,
    service: str,
    modality: str,
    location: str,
    patient_id: UUID,
    clinician_id: UUID | None,
    first_day: date | None,
    day: date | None,
    known: Calendar,
    now: datetime,
    minutes: int | None = None,
    keep: datetime | None = None,
) -> Times:
    """Two statements. A day asked for that has no free time any more: the first one that has."""
    today = now.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE)).date()
    begin = max(first_day or today, today)
    last = begin + timedelta(days=WINDOW_DAYS - 1)
    free = slot_selectors.free_slots(
        service=service,
        modality=modality,
        first_day=begin,
        last_day=last,
        clinician_id=clinician_id,
        patient_id=patient_id,
        location=location,
        minutes=minutes,
        now=now,
    )
    days: dict[date, list[Slot]] = {}
    for slot in _one_a_time(free):
        days.setdefault(local_day(slot), []).append(slot)
    shown = {day_: _calm(slots, keep=keep) for day_, slots in list(days.items())[:DAYS_SHOWN]}
    return Times(
        days=shown,
        first_day=begin,
        last_day=max(shown) if len(days) > DAYS_SHOWN else last,
        calendar=known,
        day=day if day in shown else next(iter(shown), None),
        is_narrowed=clinician_id is not None,
    )


def local_day(slot: Slot) -> date:
    """The day of a free time, where the care is."""
    return slot.starts_at.astimezone(ZoneInfo(slot.zone)).date()


def _day_of(draft: Draft, *, known: Calendar) -> date | None:
    """The day of the time chosen before, in the zone of its clinician."""
    clinician = known.clinicians.get(draft.clinician_id) if draft.clinician_id else None
    if draft.start is None or clinician is None:
        return None
    return draft.start.astimezone(ZoneInfo(clinician.time_zone)).date()


def _one_a_time(free: Iterable[Slot]) -> Iterator[Slot]:
    """Of several clinicians free at the same time, the first: a person chooses a time, not a roster."""
    seen: set[datetime] = set()
    for slot in free:
        if slot.starts_at not in seen:
            seen.add(slot.starts_at)
            yield slot


def _calm(free: list[Slot], *, keep: datetime | None) -> list[Slot]:
    """On a day with many starts only those on the half hour, and the one chosen before."""
    on_half_hours = [slot for slot in free if slot.starts_at.minute % 30 == 0 or slot.starts_at == keep]
    return on_half_hours if len(free) > MANY and len(on_half_hours) >= ENOUGH else free


def _for_whom(patient: Patient, *, actor: Actor) -> str:
    """The patient's name when somebody else acts; empty for their own."""
    return "" if actor.role is Role.patient else people.patient_name(patient)
