"""A clinic of any size: as many as asked for, nobody in two places, the same again by the same number."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime

import pytest
from django.core.management.base import CommandError
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from oncology_clinic.accounts.models import Patient
from oncology_clinic.actors import system_actor
from oncology_clinic.audit.models import Event
from oncology_clinic.crypto.fields import reveal
from visits.demo import bulk
from visits.models import Appointment, AppointmentEvent, Reminder
from visits.selectors import slots

NOW = datetime(2026, 11, 24, 17, 5, tzinfo=UTC)
OVERLAPS = """
    SELECT count(*) FROM visits_appointment a JOIN visits_appointment b
        ON a.id < b.id AND a.during && b.during AND (a.clinician_id = b.clinician_id OR a.patient_id = b.patient_id
        OR a.room_id = b.room_id)
"""


def made(patients: int, appointments: int, number: int = 1) -> None:
    def quiet(what: str, done: int, of: int) -> None:
        pass

    bulk.make(bulk.Size(patients, appointments, number), actor=system_actor("bulk"), now=NOW, progress=quiet)


@pytest.mark.django_db
def test_it_makes_two_thousand_visits_without_an_overlap_of_any_status(capsys):
    events = Event.objects.count()
    began = time.monotonic()

    made(200, 2_000)

    took = time.monotonic() - began
    with capsys.disabled():
        print(f"\n  bulk: 200 patients and 2,000 appointments in {took:.1f} s ({2_000 / took:,.0f} appointments/s)")
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPS)
        assert cursor.fetchone() == (0,)
    assert Appointment.objects.count() == 2_000
    assert Patient.objects.count() == 200
    assert AppointmentEvent.objects.count() == 2_000
    assert Reminder.objects.count() == 0
    assert Event.objects.count() == events + 1
    assert not Appointment.objects.filter(starts_at__gt=NOW, status="completed").exists()
    assert not Appointment.objects.filter(ends_at__lte=NOW, status="booked").exists()
    ahead = Appointment.objects.filter(starts_at__gt=NOW, status="booked").count()
    assert 150 < ahead < 1_000
    assert took < 60


@pytest.mark.django_db
def test_it_leaves_free_times_that_the_stamp_makes_known():
    made(20, 100)
    week = {"first_day": NOW.date(), "last_day": NOW.date().replace(day=30)}

    found = slots.free_slots(service="results-review", modality="video", location="OH", now=NOW, **week)

    assert found


@pytest.mark.django_db
def test_it_makes_the_same_clinic_by_the_same_number_and_another_by_another():
    def people() -> list[str]:
        return [reveal(one.legal_name) for one in Patient.objects.order_by("id")]

    made(10, 0, 7)
    first = people()
    made(10, 0, 7)
    second = people()[10:]
    made(10, 0, 8)

    assert second == first
    assert people()[20:] != first


@pytest.mark.django_db
def test_it_refuses_more_work_at_once_than_there_are_patients(demo):
    with pytest.raises(CommandError, match="at least 3 patients"):
        demo.seed(patients=2, appointments=50)

    assert Appointment.objects.filter(site__code__startswith="campus").count() == 0


@given(appointments=st.integers(1, 4_000), number=st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_it_chooses_as_many_half_hours_as_asked_none_twice_in_time_order(appointments, number):
    chosen = bulk.cells(bulk.Size(10, appointments, number), chance=random.Random(number))

    assert len(chosen) == len(set(chosen)) == appointments
    assert [(one.day, one.start) for one in chosen] == sorted((one.day, one.start) for one in chosen)
    assert max(one.worker for one in chosen) < bulk.clinicians_for(appointments)
    assert max(one.start for one in chosen) < len(bulk.STARTS)
