"""Signing in through the pages: two steps, equal answers, lock-out (T6, T7, T8)."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oncology_clinic.accounts.models import SealedTOTPDevice
from oncology_clinic.accounts.services import second_factor
from oncology_clinic.actors import Role
from oncology_clinic.audit.contract import Action
from oncology_clinic.outbox.models import OutboxMessage
from tests.accounts import factories
from tests.accounts.log import actions

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)


def post_password(client, username, password=factories.PASSWORD, **more):
    return client.post("/account/sign-in/", {"username": username, "password": password, **more})


def test_it_signs_a_patient_in_with_a_password_alone(client):
    patient = factories.a_patient("ann")

    answer = post_password(client, "Ann ", next="/account/profile/")

    actor = client.get("/account/profile/").wsgi_request.actor
    assert answer["Location"] == "/account/profile/"
    assert (actor.role, actor.patient_id, actor.is_verified) == (Role.patient, patient.id, False)
    assert Action.login in actions()


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_it_never_sends_anybody_to_another_site(client, target):
    factories.a_patient("ann")

    answer = post_password(client, "ann", next=target)

    assert answer["Location"] == "/"


def test_it_signs_nobody_in_before_the_code(client):
    factories.a_device(factories.a_patient("ann").account)

    answer = post_password(client, "ann")

    assert answer["Location"] == "/account/code/"
    assert client.get("/account/profile/").status_code == 302
    assert client.get("/account/sign-in/").wsgi_request.actor.role is Role.anonymous


def test_it_forgets_a_password_shown_ten_minutes_ago(client):
    device = factories.a_device(factories.a_patient("ann").account)
    with time_machine.travel(NOON, tick=False) as clock:
        post_password(client, "ann")
        clock.shift(dt.timedelta(minutes=10))

        answer = client.post("/account/code/", {"code": factories.code_of(device)})

    assert answer["Location"] == "/account/sign-in/"


def test_it_goes_on_to_the_page_asked_for_after_the_code(client):
    device = factories.a_device(factories.a_patient("ann").account)
    post_password(client, "ann", next="/account/profile/")

    answer = client.post("/account/code/", {"code": factories.code_of(device)})

    assert answer["Location"] == "/account/profile/"
    assert client.get("/account/profile/").wsgi_request.actor.is_verified


def test_it_sends_staff_without_a_device_to_set_one_up(client):
    factories.staff("okafor", role="clinician", with_device=False)

    post_password(client, "okafor")
    answer = client.get("/account/code/")

    assert answer["Location"] == "/account/second-step/"


def test_it_does_not_let_a_password_alone_replace_a_device(client):
    factories.staff("okafor", role="clinician")
    post_password(client, "okafor")

    answer = client.get("/account/second-step/")
    posted = client.post("/account/second-step/", {"code": "123456"})

    assert answer["Location"] == posted["Location"] == "/account/code/"
    assert SealedTOTPDevice.objects.count() == 1


def test_it_keeps_unverified_staff_off_every_page_behind_sign_in(client):
    account = factories.staff("okafor", role="clinician")
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")

    answer = client.get("/account/profile/")

    assert answer["Location"] == "/account/code/?next=%2Faccount%2Fprofile%2F"
    assert Action.denied in actions()


def test_it_lets_unverified_staff_step_up(client):
    account = factories.staff("okafor", role="clinician")
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    before = factories.cookie(client)

    answer = client.post(
        "/account/code/?next=/account/profile/", {"code": factories.code_of(SealedTOTPDevice.objects.get())}
    )

    assert answer["Location"] == "/account/profile/"
    assert factories.cookie(client) != before
    assert client.get("/account/profile/").status_code == 200


def test_it_answers_alike_for_an_unknown_name_a_wrong_password_and_a_closed_account(client):
    factories.a_patient("ann")
    factories.an_account("gone", role="patient", is_active=False)

    answers = {
        name: post_password(client, name, password)
        for name, password in [
            ("ann", "not the right one"),
            ("gone", factories.PASSWORD),
            ("nobody", "not the right one"),
        ]
    }

    bodies = {answer.content.replace(name.encode(), b"X") for name, answer in answers.items()}
    tokenless = {_without_tokens(body) for body in bodies}
    assert {answer.status_code for answer in answers.values()} == {403}
    assert len(tokenless) == 1


def test_it_asks_the_database_alike_for_an_unknown_name_and_a_wrong_password(client):
    """T8: what takes time is the same; the password of an unknown name is hashed in vain, by Django."""
    factories.a_patient("ann")
    asked = []
    for name in ("ann", "nobody"):
        with CaptureQueriesContext(connection) as captured:
            post_password(client, name, "not the right one")
        asked.append(factories.shapes(captured))

    assert asked[0] == asked[1]


def test_it_locks_alike_whether_the_account_exists_or_not(client):
    factories.a_patient("ann")

    last = {}
    for name in ("ann", "nobody"):
        for _try in range(6):
            last[name] = post_password(client, name, "not the right one")

    assert {answer.status_code for answer in last.values()} == {429}
    assert len({_without_tokens(answer.content.replace(name.encode(), b"X")) for name, answer in last.items()}) == 1
    assert "too many tries" in last["ann"].content.decode()
    assert Action.locked_out in actions()


def test_it_refuses_the_right_password_while_locked_and_takes_it_after_the_cool_off(client):
    factories.a_patient("ann")
    with time_machine.travel(NOON, tick=False) as clock:
        for _try in range(5):
            post_password(client, "ann", "not the right one")

        assert post_password(client, "ann").status_code == 429
        assert post_password(client, "ANN").status_code == 429
        clock.shift(dt.timedelta(minutes=14))
        assert post_password(client, "ann").status_code == 429
        clock.shift(dt.timedelta(minutes=1, seconds=1))
        assert post_password(client, "ann").status_code == 302


def test_it_does_not_let_one_address_lock_another_out(client):
    factories.a_patient("ann")
    for _try in range(6):
        post_password(client, "ann", "not the right one")

    answer = client.post(
        "/account/sign-in/", {"username": "ann", "password": factories.PASSWORD}, REMOTE_ADDR="203.0.113.9"
    )

    assert answer.status_code == 302


def test_it_keeps_no_typed_password(client):
    from axes.models import AccessAttempt

    post_password(client, "ann", "my secret typed wrong")

    assert "my secret" not in str(AccessAttempt.objects.values())


def test_it_signs_out_by_post_only(client):
    factories.a_patient("ann")
    post_password(client, "ann")

    assert client.get("/account/sign-out/").status_code == 405
    client.post("/account/sign-out/")

    assert client.get("/account/sign-in/").wsgi_request.actor.role is Role.anonymous
    assert Action.logout in actions()


def test_it_signs_out_on_every_device(client):
    factories.a_patient("ann")
    elsewhere = factories.sign_in(type(client)(), "ann")
    factories.sign_in(client, "ann")

    client.post("/account/sign-out/everywhere/")

    assert elsewhere.get("/account/profile/").status_code == 302


def test_it_records_a_failed_sign_in(client):
    post_password(client, "ann", "wrong")

    assert actions()[-2:] == [Action.login_failed, Action.denied]


def test_it_locks_the_second_factor_after_ten_wrong_codes_and_sends_notice(client):
    account = factories.a_patient("ann").account
    device = factories.a_device(account)
    with time_machine.travel(NOON, tick=False) as clock:
        for _try in range(10):
            post_password(client, "ann")
            clock.shift(dt.timedelta(minutes=9))
            last = client.post("/account/code/", {"code": factories.wrong_code_of(device)})
        clock.shift(dt.timedelta(days=30))
        post_password(client, "ann")
        right = client.post("/account/code/", {"code": factories.code_of(device)})

    assert last.status_code == right.status_code == 429
    assert Action.mfa_failed in actions()
    assert OutboxMessage.objects.filter(topic=second_factor.LOCKED_TOPIC, subject_id=account.pk).exists()


def test_it_sends_an_htmx_request_as_a_whole_page_to_sign_in(client):
    answer = client.get("/account/profile/", headers={"HX-Request": "true"})

    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/account/sign-in/")


def _without_tokens(body: bytes) -> bytes:
    import re

    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", body)
