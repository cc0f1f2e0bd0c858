"""Where would this visit be, and what might it cost? The whole answer, with nothing stored."""

from __future__ import annotations

from datetime import datetime

from oncology_clinic.actors import Actor
from visits import policies
from visits.services.commands import PreviewCommand
from visits.services.considering import Considered, consider

Preview = Considered


def preview(command: PreviewCommand, *, actor: Actor, now: datetime) -> Preview:
    """The routing decision and the coverage answers for a visit that is not booked. Stores nothing but the look.

    Raises `not_found` (404), `patient_missing`, `unknown_service`, `not_bookable`, `unknown_clinician`,
    `self_pay_not_allowed`, `self_pay_needs_form` (422). An emergency is an answer here, not a refusal.
    """
    patient_id = policies.patient_of(actor, patient_id=command.patient_id)
    policies.check_can_book_for(actor, patient_id=patient_id, now=now)
    return consider(
        patient_id=patient_id,
        service_slug=command.service,
        clinician_id=command.clinician_id,
        start=command.start,
        location=command.location,
        answers=command.answers,
        now=now,
    )
