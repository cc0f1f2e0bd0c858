"""What happened to an appointment, as a row that is never edited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from oncology_clinic.actors import Actor
from visits.models import Appointment, AppointmentEvent


def row(
    appointment: Appointment,
    *,
    kind: str,
    actor: Actor,
    now: datetime,
    from_status: str = "",
    detail: Mapping[str, str] | None = None,
) -> AppointmentEvent:
    """The event, not yet stored. `detail` is sealed: times, reason code, a person's words."""
    return AppointmentEvent(
        patient_id=appointment.patient_id,
        appointment_id=appointment.id,
        kind=kind,
        from_status=from_status,
        to_status=str(appointment.status),
        at=now,
        actor_id=actor.account_id,
        actor_role=str(actor.role),
        detail=dict(detail or {}),
    )
