"""Plan, plan anew and withdraw the reminders of a visit, in the transaction that books, moves or cancels it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import uuid6

from oncology_clinic.accounts.models import Patient
from visits.models import Appointment
from visits.models.reminder import Reminder, ReminderStatus
from visits.rules import reminders as rules

ONE_ROW = ["appointment", "kind", "offset_minutes", "channel", "recipient_id"]
PLANNED_ANEW = [
    "visit_at",
    "due_at",
    "not_after",
    "status",
    "reason",
    "lease",
    "lease_until",
    "attempts",
    "idempotency_key",
    "sent_at",
]


def plan(appointment: Appointment, *, patient: Patient, now: datetime) -> int:
    """Put a booked visit's reminders into the ledger: one INSERT. The number planned.

    Planned in the patient's zone, for their channel of today; both are looked up again at
    the time of sending. A row that an earlier time of the visit left behind is taken over.
    Nothing that is due already is planned, so a second call never sends twice.
    """
    rows = [_row(appointment, one, patient=patient, now=now) for one in _planned(appointment, patient, now=now)]
    if rows:
        Reminder.objects.bulk_create(rows, update_conflicts=True, unique_fields=ONE_ROW, update_fields=PLANNED_ANEW)
    return len(rows)


def replan(appointment: Appointment, *, patient: Patient, now: datetime) -> int:
    """After a visit has moved: nothing for its old time goes out any more, the new time has its own. Two statements."""
    withdraw(appointment_id=appointment.id, now=now, reason="moved")
    return plan(appointment, patient=patient, now=now)


def withdraw(*, appointment_id: UUID, now: datetime, reason: str = "cancelled") -> int:
    """Suppress what has not been sent: one UPDATE. The number suppressed."""
    unsent = Reminder.objects.filter(appointment_id=appointment_id).unsent()
    return unsent.update(status=ReminderStatus.suppressed, reason=reason, lease=None, lease_until=None)


def _planned(appointment: Appointment, patient: Patient, *, now: datetime) -> Iterable[rules.Planned]:
    return rules.plan(starts_at=appointment.starts_at, modality=appointment.modality, zone=patient.time_zone, now=now)


def _row(appointment: Appointment, one: rules.Planned, *, patient: Patient, now: datetime) -> Reminder:
    return Reminder(
        patient_id=patient.id,
        appointment_id=appointment.id,
        offset_minutes=one.offset_minutes,
        channel=patient.reminder_channel,
        recipient_id=patient.id,
        visit_at=appointment.starts_at,
        due_at=one.due_at,
        not_after=one.not_after,
        idempotency_key=f"reminder.{uuid6.uuid7()}",
        created_at=now,
    )
