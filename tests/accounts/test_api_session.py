"""`/api/v1/session/`: the REST story's first call (T6, T7, T8)."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from oncology_clinic.accounts.models import ClinicSession, SealedTOTPDevice
from oncology_clinic.accounts.services import second_factor
from tests.accounts import factories

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/session/"


@pytest.fixture
def program() -> Client:
    """A script: no cookies, CSRF checks on."""
    return Client(enforce_csrf_checks=True)


def post(client, body, **headers):
    return client.post(ADDRESS, json.dumps(body), content_type="application/json", headers=headers)


def credentials(username, **more):
    return {"username": username, "password": factories.PASSWORD, **more}


def test_it_signs_a_patient_in_without_any_cookie(program):
    patient = factories.a_patient("ann")

    answer = post(program, credentials("ann"))

    assert answer.status_code == 200
    assert answer.json()["person"] == {"id": str(patient.id), "role": "patient", "name": "ann"}
    assert program.cookies["csrftoken"].value
    assert answer.json()["csrf_token"]
    assert program.get(ADDRESS).json()["person"]["name"] == "ann"


def test_it_signs_staff_in_with_a_code(program):
    account = factories.staff("okafor", role="clinician")

    answer = post(program, credentials("okafor", otp=factories.code_of(SealedTOTPDevice.objects.get())))

    assert answer.json()["person"] == {"id": str(account.clinician.id), "role": "clinician", "name": "okafor"}


def test_it_takes_a_recovery_code_as_otp(program):
    account = factories.staff("okafor", role="auditor")
    code = second_factor.new_recovery_codes(account, now=factories.now())[0]

    answer = post(program, credentials("okafor", otp=code))

    assert answer.json()["person"] == {"id": str(account.id), "role": "auditor", "name": "okafor"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (credentials("okafor"), 403, "otp_required"),
        (credentials("okafor", otp=""), 403, "otp_required"),
        (credentials("okafor", otp="12345x"), 403, "bad_credentials"),
        ({"username": "okafor", "password": "wrong", "otp": "123456"}, 403, "bad_credentials"),
        (credentials("nobody"), 403, "bad_credentials"),
        (credentials("newcomer"), 403, "second_factor_needed"),
        ({"username": "okafor"}, 422, "invalid_input"),
        ({**credentials("okafor"), "role": "administrator"}, 422, "invalid_input"),
        (["okafor"], 422, "invalid_input"),
    ],
)
def test_it_refuses_with_a_code_and_a_sentence(program, body, status, code):
    factories.staff("okafor", role="clinician")
    factories.staff("newcomer", role="clinician", with_device=False)

    answer = post(program, body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"]
    assert not ClinicSession.objects.exclude(account=None).exists()


def test_it_answers_429_once_locked(program):
    factories.a_patient("ann")
    for _try in range(4):
        post(program, {"username": "ann", "password": "wrong"})

    answers = [post(program, credentials("ann", password="wrong")), post(program, credentials("ann"))]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(429, "locked")] * 2


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_it_takes_no_sign_in_from_another_site(program, headers):
    factories.a_patient("ann")

    assert post(program, credentials("ann"), **headers).json()["code"] == "other_site"


def test_it_takes_a_sign_in_from_its_own_pages(program):
    factories.a_patient("ann")

    assert post(program, credentials("ann"), Origin="http://testserver").status_code == 200


def test_it_takes_json_only(program):
    factories.a_patient("ann")

    assert program.post(ADDRESS, credentials("ann")).status_code == 415


def test_it_ends_the_session_with_the_csrf_token_only(program):
    factories.a_patient("ann")
    token = post(program, credentials("ann")).json()["csrf_token"]

    without = program.delete(ADDRESS)
    with_token = program.delete(ADDRESS, headers={"X-CSRFToken": token})

    assert (without.status_code, with_token.status_code) == (403, 204)
    assert program.get(ADDRESS).status_code == 401
    assert not ClinicSession.objects.exists()


def test_it_says_401_to_nobody(program):
    answer = program.get(ADDRESS)

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Session")


def test_it_refuses_unverified_staff(client):
    account = factories.staff("okafor", role="clinician")
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")

    answer = client.get(ADDRESS)

    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_needed")


def test_it_changes_the_cookie_when_somebody_signs_in_again(program):
    factories.a_patient("ann")
    factories.a_patient("ben")
    post(program, credentials("ann"))
    first = factories.cookie(program)

    post(program, credentials("ben"))

    assert factories.cookie(program) != first
    assert program.get(ADDRESS).json()["person"]["name"] == "ben"
    assert ClinicSession.objects.count() == 1


HALF_A_PAIR = "\ud800"


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"username": HALF_A_PAIR, "password": "x"}),
        json.dumps({"username": "ann", "password": HALF_A_PAIR}),
        json.dumps({"username": "ann", "password": "x", HALF_A_PAIR: 1}),
        json.dumps({"username": "ann", "password": "x", HALF_A_PAIR: [[1]]}),
        '{"username": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"username": ' + '{"a": ' * 900 + "1" + "}" * 901,
        '{"username": ' + "9" * 5_000 + ', "password": "x"}',
        '{"username": NaN, "password": "x"}',
        "[]",
        "null",
        "",
    ],
    ids=lambda body: body[:40],
)
def test_it_answers_what_is_no_body_of_ours_with_a_sentence(program, body):
    answer = program.post(ADDRESS, body, content_type="application/json")

    assert answer.status_code in (400, 422)
    assert answer.json()["detail"]
