"""The visits and decisions of one patient. The caller has been allowed to see them."""

from __future__ import annotations

from uuid import UUID

from visits.models import Appointment, RoutingDecision
from visits.rules.states import State

MOST_VISITS, MOST_DECISIONS = 60, 6


def visits_of(patient_id: UUID) -> list[Appointment]:
    """Visits with clinician, site and room joined, newest first; holds are left out. One statement."""
    visits = Appointment.objects.of_patient(patient_id).exclude(status__in=(State.held, State.expired))
    joined = visits.select_related("clinician", "site", "room")
    return list(joined.order_by("-starts_at", "-id")[:MOST_VISITS])


def decisions_of(patient_id: UUID) -> list[RoutingDecision]:
    """The newest decisions with whoever decided, newest first. One statement."""
    found = RoutingDecision.objects.filter(patient_id=patient_id).select_related("decided_by")
    return list(found.order_by("-decided_at", "-id")[:MOST_DECISIONS])
