"""Staff book for a patient of theirs: what the rules say of the visit, and the clinician's free times."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from oncology_clinic.accounts import people
from oncology_clinic.accounts.models import Patient
from oncology_clinic.actors import Actor
from visits import policies
from visits.rules.findings import Verdict
from visits.selectors import calendar
from visits.selectors import slots as slot_selectors
from visits.selectors.slots import Slot
from visits.services import blocked, emergencies
from visits.services.commands import PreviewCommand
from visits.services.considering import Considered, consider

WINDOW_DAYS = 14
MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom the visit is for, and the clinicians who can be booked."""

    patient: Patient
    clinicians: list[calendar.ClinicianEntry]


@dataclass(frozen=True, slots=True)
class Offer:
    """`choices` where the law allows no visit this way; else free times from `first_day` through `last_day`."""

    considered: Considered
    first_day: date
    last_day: date
    slots: list[Slot] = field(default_factory=list)
    choices: list[dict[str, object]] = field(default_factory=list)


def asking(patient_id: UUID, *, actor: Actor, now: datetime) -> Asking:
    """Raises `wrong_role`, `second_factor_needed` (403), `not_found` (404)."""
    policies.check_can_run_visits(actor)
    policies.check_can_book_for(actor, patient_id=patient_id, now=now)
    working = [one for one in calendar.current().clinicians.values() if one.hours]
    return Asking(people.patient(patient_id), working)


def offer(command: PreviewCommand, *, first_day: date | None, actor: Actor, now: datetime) -> Offer:
    """Where the visit would be, why, and the clinician's free times in two weeks. Stores nothing but an emergency.

    Raises as `asking` and as `preview.preview`; 422 `emergency` (alert, page and record are kept).
    """
    policies.check_can_run_visits(actor)
    patient_id = policies.patient_of(actor, patient_id=command.patient_id)
    policies.check_can_book_for(actor, patient_id=patient_id, now=now)
    considered = consider(
        patient_id=patient_id,
        service_slug=command.service,
        clinician_id=command.clinician_id,
        start=command.start,
        location=command.location,
        answers=command.answers,
        now=now,
    )
    if considered.routed.decision is Verdict.emergency:
        with transaction.atomic():
            emergency = emergencies.report(considered, actor=actor.acting_for(patient_id), now=now)
        raise emergency.refusal()
    today = now.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE)).date()
    begin = max(first_day or today, today)
    last = begin + timedelta(days=WINDOW_DAYS - 1)
    if considered.routed.decision is Verdict.blocked:
        return Offer(considered, begin, last, choices=blocked.choices(considered))
    free = slot_selectors.free_slots(
        service=command.service,
        modality=considered.modality_to_keep,
        first_day=begin,
        last_day=last,
        clinician_id=command.clinician_id,
        patient_id=patient_id,
        location=considered.location,
        now=now,
        limit=MOST_SHOWN,
    )
    return Offer(considered, begin, last, slots=free)
