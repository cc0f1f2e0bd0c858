"""Everything booking needs to know from the record, in two statements beside the coverage rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery
from django.utils.translation import gettext as _

from oncology_clinic.accounts.models import Patient
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.errors import NotFound
from screening.selectors import signals as screening_signals
from visits.models import Appointment, CalendarRevision
from visits.rules import catalogue
from visits.selectors import calendar

COMPLETED = "completed"
PAIR_DAYS = 7


@dataclass(frozen=True, slots=True)
class BookingFacts:
    """What the record knows about one patient. Times are aware; `signals` are the last screens."""

    patient: Patient
    calendar: calendar.Calendar
    signals: screening_signals.ScreenSignals
    last_exam_on: date | None
    is_exam_booked: bool  # an in-person examination within seven days of the visit
    has_been_seen: bool  # a completed visit here, by any modality
    was_examined_by_clinician: bool


def read(patient_id: UUID, *, clinician_id: UUID | None, around: datetime, now: datetime) -> BookingFacts:
    """Two statements: the patient with the calendar's stamp and their visits' facts, and the screens.

    `around` is the start of the visit (or now, in a preview without a time). Raises `not_found` (404).
    """
    own = Appointment.objects.filter(patient_id=OuterRef("id")).order_by()
    examining = _exam_services()
    done_in_person = own.filter(status=COMPLETED, modality="in_person", service__in=examining)
    week = timedelta(days=PAIR_DAYS)
    exams = own.live().filter(
        modality="in_person",
        service__in=examining,
        starts_at__gte=around - week,
        starts_at__lt=around + week,
    )
    patient = (
        Patient.objects.filter(id=patient_id)
        .annotate(
            calendar_stamp=Subquery(CalendarRevision.objects.filter(name="calendar").values("stamp")[:1]),
            last_completed_exam=Subquery(
                done_in_person.order_by("-starts_at").phi_values("starts_at", reason="a column of the patient read")[:1]
            ),
            is_exam_booked=Exists(exams),
            has_been_seen=Exists(own.filter(status=COMPLETED)),
            was_examined_by_clinician=Exists(done_in_person.filter(clinician_id=clinician_id)),
        )
        .first()
    )
    if patient is None:
        raise NotFound("not_found", _("We could not find that page, or it is not yours to see."))
    recorded = reveal(patient.last_in_person_exam_on)
    completed = patient.last_completed_exam.date() if patient.last_completed_exam else None
    return BookingFacts(
        patient=patient,
        calendar=calendar.under(patient.calendar_stamp),
        signals=screening_signals.signals(patient_id, now=now),
        last_exam_on=max((day for day in (recorded, completed) if day), default=None),
        is_exam_booked=patient.is_exam_booked,
        has_been_seen=patient.has_been_seen or recorded is not None,
        was_examined_by_clinician=patient.was_examined_by_clinician,
    )


def _exam_services() -> list[str]:
    """Services at whose in-person visit the clinician examines the patient."""
    services = catalogue.load().services.values()
    return [service.slug for service in services if service.exam or service.slug == "physical-exam-visit"]
