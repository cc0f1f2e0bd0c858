"""The same key, the same answer; to those who may still have it."""

from __future__ import annotations

import json
from datetime import datetime, time
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from caregivers.services import grants
from oncology_clinic.actors import Role
from oncology_clinic.audit.contract import Action
from oncology_clinic.idempotency import services
from oncology_clinic.idempotency.models import IdempotencyRecord
from tests import factories
from tests.accounts import factories as people
from visits.models import Appointment

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic():
    class Clinic:
        clinician = factories.a_working_clinician()
        patient = factories.a_patient()
        caregiver = factories.a_caregiver()

    Clinic.grant = factories.a_grant(Clinic.patient, Clinic.caregiver)
    Clinic.client = factories.client_of(Clinic.caregiver.account)
    ten = datetime.combine(factories.next_weekday(timezone.now()), time(10), tzinfo=ZoneInfo(factories.OHIO))
    Clinic.order = {
        "service": "nutrition-counseling",
        "location": "OH",
        "answers": {"flags": [], "pain": {"now": 1}, "cap": {"video": True, "bandwidth": True, "phone": True}},
        "start": ten.isoformat(),
        "clinician": str(Clinic.clinician.id),
        "patient": str(Clinic.patient.id),
    }
    return Clinic


def book(clinic, *, client=None, **fields):
    return (client or clinic.client).post(
        "/api/v1/visits/book/",
        json.dumps({**clinic.order, **fields}),
        content_type="application/json",
        headers={"Idempotency-Key": "once"},
    )


def test_it_answers_a_caregiver_the_same_twice(clinic):
    first, second = book(clinic), book(clinic)

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert second.headers["Idempotent-Replay"] == "true"
    assert Appointment.objects.count() == 1


def test_it_answers_a_clinician_the_same_twice(clinic):
    book(clinic)  # now the patient is in the clinician's care
    account = clinic.clinician.account
    account.set_password(people.PASSWORD)
    account.save()
    client = people.sign_in(people.Client(), account.username, device=people.a_device(account))
    body = {"service": "results-review", "modality": "video", "dos": "2026-12-01", "site": "home"}

    answers = [
        client.post(
            "/api/v1/coverage/check/",
            json.dumps({**body, "patient_location": "OH", "patient": str(clinic.patient.id)}),
            content_type="application/json",
            headers={"Idempotency-Key": "cover"},
        )
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


def test_it_gives_no_old_answer_to_a_caregiver_whose_grant_has_ended(clinic):
    book(clinic)
    grants.revoke(clinic.grant.id, actor=factories.patient_actor(clinic.patient), now=timezone.now())
    reads = factories.recorded(Action.read, clinic.patient)

    answer = book(clinic)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert factories.recorded(Action.denied, clinic.patient) == 1
    assert factories.recorded(Action.read, clinic.patient) == reads


def test_it_records_a_repeated_answer_as_a_look_at_the_patient(clinic):
    book(clinic)
    reads = factories.recorded(Action.read, clinic.patient)

    book(clinic)

    assert factories.recorded(Action.read, clinic.patient) > reads


def test_it_keeps_a_refusal_about_the_patient(clinic):
    emergency = {**clinic.order["answers"], "flags": ["chest_pain_new"]}

    first, second = book(clinic, answers=emergency), book(clinic, answers=emergency)

    assert (first.status_code, second.json()) == (422, first.json())
    assert factories.recorded(Action.emergency, clinic.patient) == 1


def test_it_frees_the_key_where_nothing_was_done_for_anybody(clinic):
    nobody = {name: value for name, value in clinic.order.items() if name != "patient"}

    refused = clinic.client.post(
        "/api/v1/visits/book/",
        json.dumps(nobody),
        content_type="application/json",
        headers={"Idempotency-Key": "once"},
    )

    assert refused.json()["code"] == "patient_missing"
    assert not IdempotencyRecord.objects.exists()
    assert book(clinic).status_code == 201


def test_it_takes_no_act_that_does_not_say_for_whom(clinic):
    actor = factories.clinician_actor(clinic.clinician, role=Role.clinician)

    with pytest.raises(ValueError, match="whom it is for"):
        services.once(
            lambda: services.Answer(200, {}), actor=actor, key=str(uuid4()), path="/", body={}, now=timezone.now()
        )
