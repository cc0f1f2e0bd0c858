"""One visit considered: facts, coverage, routing. Preview, booking, moving and deciding all come through here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from oncology_clinic.errors import Refusal
from visits.rules import catalogue, facts, giving, routing
from visits.rules.findings import Lean, Routed, Verdict
from visits.selectors import booking_facts
from visits.selectors.calendar import ClinicianEntry, clinician_of
from visits.services import assembly, coverage_question
from visits.services.commands import Answers


@dataclass(frozen=True, slots=True)
class Considered:
    patient_id: UUID
    service: catalogue.Service
    clinician: ClinicianEntry | None
    location: str
    on: date  # the day of the visit, where the patient is
    record: booking_facts.BookingFacts
    facts: facts.Facts
    coverage: coverage_question.Asked
    routed: Routed

    @property
    def clinician_id(self) -> UUID | None:
        return self.clinician.id if self.clinician else None

    @property
    def modality_to_keep(self) -> str:
        """The modality under which the time is kept: decided, or the one a case decision leans to."""
        decided = self.routed.modality
        if decided is not None:
            return decided
        return "in_person" if self.routed.lean is Lean.in_person else "video"


def service_of(slug: str) -> catalogue.Service:
    """Raises `unknown_service` or `not_bookable` (422, field `service`)."""
    service = catalogue.load().services.get(slug)
    if service is None:
        raise Refusal("unknown_service", _("Choose a service from the list."), field="service")
    if not service.is_patient_facing:
        raise Refusal("not_bookable", _("This is work between clinicians. It is not booked here."), field="service")
    return service


def consider(
    *,
    patient_id: UUID,
    service_slug: str,
    clinician_id: UUID | None,
    start: datetime | None,
    location: str,
    answers: Answers,
    now: datetime,
    override: str = "",
    earlier: facts.Facts | None = None,
) -> Considered:
    """Read the record, ask for coverage, route. Stores nothing.

    `start` None: today. `earlier` are facts stored before, of which what the patient told then stays as it was.
    Raises `not_found`, `unknown_service`, `not_bookable`, `unknown_clinician`, `not_given_by_clinician`,
    `self_pay_not_allowed`, `self_pay_needs_form`.
    """
    service = service_of(service_slug)
    around = start or now
    record = booking_facts.read(patient_id, clinician_id=clinician_id, around=around, now=now)
    clinician = _who_gives(service, clinician_of(record.calendar, clinician_id)) if clinician_id else None
    on = assembly.local_day(around, zone=record.patient.time_zone)
    known = assembly.facts_of(
        answers,
        record=record,
        service=service_slug,
        clinician=clinician,
        on=on,
        location=location,
        now=now,
        override=override,
    )
    if earlier is not None:
        known = replace(known, pain=earlier.pain, schedule=earlier.schedule, serious=earlier.serious)
    asked = coverage_question.ask(
        patient_id=patient_id,
        service=service,
        location=location,
        profession=clinician.profession if clinician else "physician",
        on=on,
        is_established=record.has_been_seen,
        self_pay_ack=answers.self_pay_ack and not _is_emergency(known),
        now=now,
    )
    known = replace(known, coverage=asked.word, self_pay_ack=asked.pays_alone)
    return Considered(
        patient_id=patient_id,
        service=service,
        clinician=clinician,
        location=location,
        on=on,
        record=record,
        facts=known,
        coverage=asked,
        routed=routing.route(known, catalogue.load()),
    )


def _who_gives(service: catalogue.Service, clinician: ClinicianEntry) -> ClinicianEntry:
    if not giving.may_give(clinician.profession, service=service.slug):
        raise Refusal(
            "not_given_by_clinician",
            _("This clinician does not give this kind of visit. Choose another."),
            field="clinician",
        )
    return clinician


def _is_emergency(known: facts.Facts) -> bool:
    """An emergency is answered before anything else, a refused tick box included."""
    return routing.route(known, catalogue.load()).decision is Verdict.emergency
