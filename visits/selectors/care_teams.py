"""Who takes part in whose care: the answer visits gives to `access`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from oncology_clinic.access import Domain
from oncology_clinic.actors import Actor, Role
from screening.selectors import alerts
from visits.models import Appointment

# A time merely held makes nobody part of a patient's care.
NOT_CARE = ("held", "expired")
_DOMAINS = frozenset({Domain.appointments, Domain.chart, Domain.screens, Domain.join_visit, Domain.billing})


def takes_part(actor: Actor, patient_id: UUID, domain: Domain, now: datetime) -> bool:
    """A verified clinician with a visit of this patient, past or to come; a coordinator also with an open alert."""
    if not (actor.is_clinical and actor.is_verified and domain in _DOMAINS):
        return False
    if actor.clinician_id is not None and _has_visit(actor.clinician_id, patient_id):
        return True
    return actor.role is Role.nurse_coordinator and alerts.has_open_alert(patient_id)


def _has_visit(clinician_id: UUID, patient_id: UUID) -> bool:
    return (
        Appointment.objects.filter(clinician_id=clinician_id, patient_id=patient_id)
        .exclude(status__in=NOT_CARE)
        .exists()
    )


def those_of(actor: Actor, patient_ids: Iterable[UUID], domain: Domain, now: datetime) -> set[UUID]:
    """The same answer for many patients: two statements at most."""
    if not (actor.is_clinical and actor.is_verified and domain in _DOMAINS):
        return set()
    asked = set(patient_ids)
    allowed: set[UUID] = set()
    if actor.clinician_id is not None:
        visits = Appointment.objects.filter(clinician_id=actor.clinician_id, patient_id__in=asked)
        rows = visits.exclude(status__in=NOT_CARE).order_by().distinct()
        allowed |= {one for (one,) in rows.phi_values("patient_id", reason="whose care this is: an access answer")}
    if actor.role is Role.nurse_coordinator:
        allowed |= alerts.patients_with_open_alerts(asked - allowed)
    return allowed
