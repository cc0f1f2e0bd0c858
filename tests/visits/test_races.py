"""Many people at once, with real threads on PostgreSQL: one gets the time, the others a polite answer."""

from __future__ import annotations

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from tests import factories
from visits.models import Appointment, RoutingDecision
from visits.selectors import calendar

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def ten():
    return datetime.combine(factories.next_weekday(timezone.now()), time(10), tzinfo=ZoneInfo(factories.OHIO))


def at_once(calls):
    """Run every call in a thread of its own, all let go at one moment; their results in order."""
    gate = threading.Barrier(len(calls))

    def run(call):
        try:
            gate.wait(timeout=60)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return list(pool.map(run, calls))


def order(clinician, start, **fields):
    return {
        "service": "nutrition-counseling",
        "location": "OH",
        "start": start.isoformat(),
        "clinician": str(clinician.id),
        **fields,
    }


def booking(client, body, **headers):
    def call():
        return client.post("/api/v1/visits/book/", json.dumps(body), content_type="application/json", headers=headers)

    return call


def patients(number):
    return [factories.client_of(factories.a_patient(f"patient{n}").account) for n in range(number)]


def test_it_gives_one_time_to_one_of_fifty_people(ten):
    clinician = factories.a_working_clinician()
    clients = patients(50)

    answers = at_once([booking(client, order(clinician, ten)) for client in clients])

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 49}
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert {body["code"] for body in refused} == {"slot_taken"}
    assert all(body["alternatives"] for body in refused)
    assert Appointment.objects.count() == 1
    assert RoutingDecision.objects.count() == 1


def test_it_gives_overlapping_times_of_one_clinician_only_once(ten):
    clinician = factories.a_working_clinician()
    starts = [ten + timedelta(minutes=15 * n) for n in range(4)]
    calls = [booking(client, order(clinician, starts[n % 4])) for n, client in enumerate(patients(24))]

    answers = at_once(calls)

    assert {answer.status_code for answer in answers} == {201, 409}
    booked = list(Appointment.objects.order_by("starts_at"))
    assert all(one.ends_at <= later.starts_at for one, later in pairwise(booked))


def test_it_gives_one_patient_one_of_two_clinicians_at_a_time(ten):
    site = factories.a_site()
    two = [factories.a_working_clinician(name, site=site) for name in ("first", "second")]
    patient = factories.a_patient()
    clients = [factories.client_of(patient.account) for _ in range(10)]

    answers = at_once([booking(client, order(two[n % 2], ten)) for n, client in enumerate(clients)])

    # The very same visit asked for twice answers with the visit that stands (200); the other clinician's is refused.
    assert Counter(answer.status_code for answer in answers)[201] == 1
    assert {answer.status_code for answer in answers} <= {200, 201, 409}
    assert Counter(answer.status_code for answer in answers)[409] == 5
    assert Appointment.objects.count() == 1


def test_it_fills_the_rooms_and_not_one_more(ten):
    site = factories.a_site(rooms=2)
    clinicians = [factories.a_working_clinician(f"clinician{n}", site=site) for n in range(6)]
    calls = [
        booking(client, order(clinicians[n], ten, service="physical-exam-visit"))
        for n, client in enumerate(patients(6))
    ]

    answers = at_once(calls)

    assert Counter(answer.status_code for answer in answers) == {201: 2, 409: 4}
    rooms = [one.room_id for one in Appointment.objects.all()]
    assert len(set(rooms)) == 2


def test_it_does_one_thing_for_one_key_sent_ten_times_at_once(ten):
    clinician = factories.a_working_clinician()
    account = factories.a_patient().account
    clients = [factories.client_of(account) for _ in range(10)]
    key = {"Idempotency-Key": "one-and-only"}

    answers = at_once([booking(client, order(clinician, ten), **key) for client in clients])

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Appointment.objects.count() == 1


def test_it_keeps_the_old_time_of_those_who_lose_a_race_to_move(ten):
    clinician = factories.a_working_clinician()
    clients = patients(4)
    starts = [ten + timedelta(days=1, hours=n) for n in (0, 1, 3, 4)]
    visits = []
    for client, start in zip(clients, starts, strict=True):
        visits.append(booking(client, order(clinician, start))().json()["id"])

    def moving(client, visit):
        body = json.dumps({"start": ten.isoformat()})
        return lambda: client.post(f"/api/v1/visits/{visit}/reschedule/", body, content_type="application/json")

    answers = at_once([moving(client, visit) for client, visit in zip(clients, visits, strict=True)])

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 3}
    for answer, visit, start in zip(answers, visits, starts, strict=True):
        kept = Appointment.objects.get(id=visit)
        assert kept.status == "booked"
        assert kept.starts_at == (ten if answer.status_code == 200 else start)


def test_it_sees_new_hours_in_a_process_that_has_compiled_the_old_ones(ten):
    clinician = factories.a_clinician()
    site = factories.a_site()
    assert calendar.current().clinicians[clinician.id].hours == ()

    factories.hours(clinician, site)

    assert len(calendar.current().clinicians[clinician.id].hours) == 10
