"""Booked visits and ledger rows, as plain functions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import uuid6

from oncology_clinic.accounts.models import Clinician, Patient
from tests.billing.factories import patient
from visits.models import Appointment, Reminder, Site

NOW = datetime(2026, 11, 30, 19, 0, tzinfo=UTC)  # 14:00 in Ohio
START = NOW + timedelta(hours=24)


def people() -> tuple[Patient, Clinician, Site]:
    site = Site.objects.create(
        code="main", name="Main clinic", address="1 Lake Road", state="OH", time_zone="America/New_York"
    )
    return patient(), Clinician.objects.create(display_name="Dr. Elena Okafor", profession="physician"), site


def appointment(who: Patient, clinician: Clinician, site: Site, **fields) -> Appointment:
    made = {
        "service": "results-review",
        "modality": "video",
        "starts_at": START,
        "status": "booked",
        "patient_time_zone": who.time_zone,
        "created_at": NOW - timedelta(days=9),
        **fields,
    }
    made.setdefault("ends_at", made["starts_at"] + timedelta(minutes=20))
    return Appointment.objects.create(patient=who, clinician=clinician, site=site, **made)


def reminder(of: Appointment, **fields) -> Reminder:
    made = {
        "offset_minutes": 24 * 60,
        "channel": "email",
        "recipient_id": of.patient_id,
        "visit_at": of.starts_at,
        "due_at": NOW,
        "not_after": of.starts_at - timedelta(hours=2),
        "idempotency_key": f"reminder.{uuid6.uuid7()}",
        "created_at": NOW - timedelta(days=9),
        **fields,
    }
    return Reminder.objects.create(patient_id=of.patient_id, appointment=of, **made)


def due(count: int) -> list[Reminder]:
    """Reminders of so many visits, all due."""
    who, clinician, site = people()
    rows = []
    for number in range(count):
        starts_at = START + timedelta(minutes=30 * number)
        visit = appointment(who, clinician, site, starts_at=starts_at)
        rows.append(reminder(visit, not_after=starts_at))
    return rows
