"""The JSON door: the REST story's part of screening."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from screening.models import Alert, Screen, ScreenRequest
from tests.accounts import factories as people
from tests.screening import factories

pytestmark = pytest.mark.django_db
SCREENS, ALERTS = "/api/v1/screens/", "/api/v1/alerts/"


@pytest.fixture
def story():
    patient, actor = factories.a_patient()
    request = factories.a_request(patient, now=timezone.now())
    return patient, actor, request, people.sign_in(Client(), "patient")


def post(client, screen_id, body):
    return client.post(f"{SCREENS}{screen_id}/answers/", json.dumps(body), content_type="application/json")


def test_it_lists_the_screens_with_their_questions_and_writes_nothing(story):
    _, _, _, client = story

    listed = client.get(SCREENS).json()

    assert [screen["instrument"] for screen in listed] == ["nrs-pain", "distress-0-10", "phq4"]
    assert {screen["status"] for screen in listed} == {"asked"}
    assert listed[0]["items"][0]["text"] == "How much pain do you have right now?"
    assert [option["value"] for option in listed[0]["items"][0]["options"]] == list(range(11))
    assert listed[2]["items"][0]["options"][1] == {"value": 1, "text": "Several days"}
    assert not Screen.objects.exists()


def test_it_scores_by_the_same_rules_and_says_what_happens_next(story):
    _, _, _, client = story
    pain, distress, mood = (screen["id"] for screen in client.get(SCREENS).json())

    scored = post(client, pain, {"answers": [7]})
    calm = post(client, distress, {"answers": [0]}).json()
    blank = post(client, mood, {"answers": [None, 1, 2, 2]}).json()

    body = scored.json()
    assert scored.status_code == 200
    assert (body["score"], body["band"], body["status"]) == (7, "severe", "answered")
    assert body["next"][0] == "Thank you for telling us."
    assert "If this feels like an emergency, call 911." in body["next"]
    assert calm["next"] == ["Thank you.", "Your team will see your answers at your visit."]
    assert (blank["score"], blank["band"]) == (None, "not_scored")
    assert {screen["status"] for screen in client.get(SCREENS).json()} == {"answered"}
    assert ScreenRequest.objects.get().status == "done"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"answers": [1, 2]}, "wrong_length"),
        ({"answers": []}, "wrong_length"),
        ({"answers": [99, 99]}, "wrong_length"),
        ({"answers": [11]}, "out_of_range"),
        ({"answers": [-1]}, "out_of_range"),
        ({"answers": [True]}, "out_of_range"),
        ({"answers": [4.0]}, "out_of_range"),
        ({"answers": ["4"]}, "out_of_range"),
        ({"answers": [{"a": 1}]}, "out_of_range"),
        ({"answers": "4"}, "invalid_input"),
        ({"answers": None}, "invalid_input"),
        ({}, "invalid_input"),
        ({"answers": [4], "score": 0}, "invalid_input"),
        ({"answers": {"pain": 4}}, "invalid_input"),
        ([4], "invalid_input"),
    ],
)
def test_bad_answers_are_refused_with_a_code_and_a_sentence(story, body, code):
    _, _, request, client = story

    refused = post(client, f"{request.id}-nrs-pain", body)

    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert refused.json()["detail"]
    assert not Screen.objects.exists()


def test_a_second_answer_is_a_conflict(story):
    _, _, request, client = story
    post(client, f"{request.id}-nrs-pain", {"answers": [1]})

    again = post(client, f"{request.id}-nrs-pain", {"answers": [9]})

    assert (again.status_code, again.json()["code"]) == (409, "already_answered")


@pytest.mark.parametrize(
    "screen_id", ["nonsense", "00000000-0000-0000-0000-000000000000-phq4", "{id}-phq9", "{id}-promis", "{id}"]
)
def test_an_unknown_screen_is_not_found(story, screen_id):
    _, _, request, client = story

    refused = post(client, screen_id.format(id=request.id), {"answers": [1]})

    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


def test_a_stranger_finds_nothing_and_nobody_must_sign_in(story):
    patient, _, request, _ = story
    factories.a_patient("stranger")
    stranger = people.sign_in(Client(), "stranger")
    path = f"{request.id}-nrs-pain"

    assert post(stranger, path, {"answers": [1]}).status_code == 404
    assert stranger.get(f"{SCREENS}?patient={patient.id}").status_code == 404
    assert stranger.get(SCREENS).json() == []
    assert stranger.get(ALERTS).status_code == 403
    assert Client().get(SCREENS).status_code in {401, 403}
    assert post(Client(), path, {"answers": [1]}).status_code in {401, 403}
    assert not Screen.objects.exists()


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_administrators_and_auditors_never_see_answers(story, role):
    patient, *_ = story
    client = people.sign_in(
        Client(), "staff", device=people.a_device(people.staff("staff", role=role, with_device=False))
    )

    assert client.get(SCREENS).status_code == 403
    assert client.get(f"{SCREENS}?patient={patient.id}").status_code == 403
    assert client.get(ALERTS).status_code == 403


def test_somebody_who_is_not_the_patient_says_for_whom(story):
    people.an_account("helper", role="caregiver")
    helper = people.sign_in(Client(), "helper")

    assert helper.get(SCREENS).json()["code"] == "say_for_whom"


def test_the_coordinator_lists_alerts_in_as_many_statements_for_many_as_for_one(story):
    patient, actor, _, _ = story
    now = timezone.now()
    factories.a_screen(patient, actor, now=now, distress=[4])
    nurse = people.sign_in(
        Client(), "nurse", device=people.a_device(people.staff("nurse", role="nurse_coordinator", with_device=False))
    )

    with CaptureQueriesContext(connection) as few:
        assert nurse.get(ALERTS).status_code == 200
    for _ in range(3):
        factories.a_screen(patient, actor, now=now, nrs_pain=[9])
    with CaptureQueriesContext(connection) as many:
        listed = nurse.get(ALERTS).json()

    assert [alert["severity"] for alert in listed] == ["soon", "soon", "soon", "routine"]
    assert listed[-1]["actions"] == ["psychosocial_review"]
    assert len(many) == len(few)
    assert Alert.objects.count() == 4


def test_a_list_costs_the_same_for_many_requests(story):
    patient, actor, _, client = story

    with CaptureQueriesContext(connection) as few:
        client.get(SCREENS)
    for _ in range(3):
        factories.a_screen(patient, actor, now=timezone.now(), nrs_pain=[1])
    with CaptureQueriesContext(connection) as many:
        client.get(SCREENS)

    assert len(many) == len(few) <= 4
