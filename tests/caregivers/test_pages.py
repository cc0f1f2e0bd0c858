"""The caregiver pages: the patient's list, inviting, ending, the caregiver's home."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from caregivers.models import CaregiverGrant
from oncology_clinic.access import Domain
from oncology_clinic.audit.contract import Action
from tests.accounts import factories
from tests.accounts.log import actions
from tests.caregivers.test_grants import a_caregiver, a_grant
from tests.factories import recorded

pytestmark = pytest.mark.django_db
SOME_ID = "01936f00-0000-7000-8000-000000000001"
ANSWERS = {
    "name": "Cara Delgado",
    "email": "cara@example.org",
    "relationship": "child",
    "scopes": ["appointments", "screens"],
    "language": "en",
}


@pytest.fixture
def patient(client):
    found = factories.a_patient("ann")
    factories.sign_in(client, "ann")
    return found


def a_grant_today(patient, caregiver, **fields):
    return a_grant(patient, caregiver, starts_on=timezone.now().date() - dt.timedelta(days=1), **fields)


def test_it_lets_a_patient_invite_and_end(client, patient):
    assert "Nobody may act for you" in client.get("/caregivers/").content.decode()
    assert client.get("/caregivers/add/").status_code == 200

    answer = client.post("/caregivers/add/", ANSWERS)
    page = client.get("/caregivers/").content.decode()
    grant = CaregiverGrant.objects.get()
    assert answer["Location"] == "/caregivers/"
    assert "Cara Delgado" in page
    assert "Invited" in page
    assert "See, book, move and cancel my visits" in page
    assert grant.patient_id == patient.id

    assert client.get(f"/caregivers/{grant.id}/end/").status_code == 200
    assert client.post(f"/caregivers/{grant.id}/end/")["Location"] == "/caregivers/"
    assert "Cara" not in client.get("/caregivers/").content.decode()
    assert {Action.invite, Action.grant, Action.revoke} <= set(actions())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"scopes": []}, "Choose at least one"),
        ({"scopes": ["everything"]}, "Select a valid choice"),
        ({"email": "cara"}, "valid email"),
        ({"name": ""}, "required"),
        ({"last_day": "2020-01-01"}, "Choose today or a later day"),
        ({"last_day": "tomorrow"}, "valid date"),
        ({"patient": SOME_ID}, "We do not know what to do with"),
    ],
)
def test_it_says_how_to_fix_an_invitation_and_keeps_what_was_typed(client, patient, change, words):
    answer = client.post("/caregivers/add/", {**ANSWERS, **change})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'value="child" selected' in answer.content.decode()
    assert not CaregiverGrant.objects.exists()


def test_it_shows_a_caregiver_whom_they_help_until_it_ends(client):
    patient, caregiver = factories.a_patient("ann"), a_caregiver()
    grant = a_grant_today(patient, caregiver, scopes=[Domain.appointments])
    factories.sign_in(client, "cara")

    before = client.get("/caregivers/home/").content.decode()
    client.post(f"/caregivers/{grant.id}/end/")
    after = client.get("/caregivers/home/").content.decode()

    assert "Ruth Delgado" in before
    assert "Ruth Delgado" not in after


@pytest.mark.parametrize(
    "path", ["/caregivers/", "/caregivers/add/", "/caregivers/home/", f"/caregivers/{SOME_ID}/end/"]
)
def test_it_sends_nobody_to_sign_in(client, path):
    assert client.get(path)["Location"].startswith("/account/sign-in/")
    assert client.post(path)["Location"].startswith("/account/sign-in/")


@pytest.mark.parametrize("role", ["clinician", "nurse_coordinator", "administrator", "auditor"])
def test_it_is_no_place_for_staff(client, role):
    account = factories.an_account("somebody", role=role)
    factories.sign_in(client, "somebody", device=factories.a_device(account))

    for path in ("/caregivers/", "/caregivers/add/", "/caregivers/home/", f"/caregivers/{SOME_ID}/end/"):
        assert client.get(path).status_code == 403, path


def test_it_shows_another_persons_grant_to_nobody(client, patient):
    grant = a_grant_today(factories.a_patient("ben"), a_caregiver())

    for path in (f"/caregivers/{grant.id}/end/", f"/caregivers/{SOME_ID}/end/"):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404
    assert CaregiverGrant.objects.get().revoked_at is None
    assert Action.denied in actions()


@pytest.mark.parametrize("name", ["visits:home_for", "visits:choose_for"])
def test_it_records_whose_page_a_caregiver_without_a_grant_asked_for(client, patient, name):
    a_caregiver()
    factories.sign_in(client, "cara")

    answer = client.get(reverse(name, kwargs={"patient_id": patient.id}))

    assert answer.status_code == 404
    assert recorded(Action.denied, patient) == 1
