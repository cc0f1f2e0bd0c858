"""Forgotten and changed passwords: equal answers, one use, other sessions end (T6, T8)."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from oncology_clinic.accounts.models import (
    Account,
    ClinicSession,
    PasswordReset,
    PasswordResetRequest,
    SealedTOTPDevice,
)
from oncology_clinic.audit.contract import Action
from oncology_clinic.outbox import services as outbox
from tests.accounts import factories
from tests.accounts.letterbox import letters_sent
from tests.accounts.log import actions

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)
NEW = "another quiet room by the sea"


def ask(client, typed):
    return client.post("/account/forgot/", {"username_or_email": typed})


@pytest.mark.parametrize("typed", ["ann", " ANN ", "ann@example.org", "Ann@Example.org"])
def test_it_sends_a_link_that_sets_a_new_password(client, typed):
    factories.a_patient("ann")
    ask(client, typed)

    link = factories.link_in(letters_sent()[0].body)
    answer = client.post(link, {"password": NEW})

    assert answer["Location"] == "/account/sign-in/"
    assert Account.objects.get().check_password(NEW)
    assert client.get(link).status_code == 404
    assert Action.password_change in actions()


def test_it_answers_alike_and_asks_the_database_alike_for_known_and_unknown(client):
    factories.a_patient("ann")
    statements, answers = [], []
    for typed in ("ann", "nobody", "ann@example.org", "nobody@example.org"):
        with CaptureQueriesContext(connection) as captured:
            answers.append(ask(client, typed))
        statements.append(factories.shapes(captured))

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, "/account/forgot/sent/")}
    assert all(statement == statements[0] for statement in statements)


def test_it_sends_nothing_to_the_unknown_and_the_closed(client):
    factories.an_account("gone", role="patient", email="gone@example.org", is_active=False)
    factories.an_account("mute", role="patient")

    for typed in ("gone", "gone@example.org", "nobody", "nobody@example.org", "mute"):
        ask(client, typed)

    assert letters_sent() == []


def test_it_forgets_what_was_typed_once_handled(client):
    ask(client, "nobody@example.org")
    outbox.relay(factories.now(), limit=5)

    request = PasswordResetRequest.objects.get()
    assert (request.typed, request.handled_at is not None) == (None, True)


def test_it_sends_at_most_three_letters_an_hour(client):
    factories.a_patient("ann")
    for _ask in range(5):
        ask(client, "ann")

    assert len(letters_sent()) == 3


@pytest.mark.parametrize(("minutes", "status"), [(59.9, 200), (60, 404)])
def test_it_expires_after_an_hour(client, minutes, status):
    with time_machine.travel(NOON, tick=False) as clock:
        factories.a_patient("ann")
        ask(client, "ann")
        link = factories.link_in(letters_sent()[0].body)
        clock.shift(dt.timedelta(minutes=minutes))

        assert client.get(link).status_code == status


def test_it_ends_every_session_and_every_other_link(client):
    factories.a_patient("ann")
    factories.sign_in(client, "ann")
    stranger = Client()
    ask(stranger, "ann")
    ask(stranger, "ann")
    first, second = (factories.link_in(letter.body) for letter in letters_sent())

    stranger.post(first, {"password": NEW})

    assert not ClinicSession.objects.exclude(account=None).exists()
    assert stranger.get(second).status_code == 404
    assert client.get("/account/profile/").status_code == 302


def test_it_keeps_the_second_factor(client):
    account = factories.a_patient("ann").account
    factories.a_device(account)
    ask(client, "ann")

    client.post(factories.link_in(letters_sent()[0].body), {"password": NEW})
    answer = client.post("/account/sign-in/", {"username": "ann", "password": NEW})

    assert answer["Location"] == "/account/code/"


def test_it_refuses_a_poor_password_and_leaves_the_link_open(client):
    factories.a_patient("ann")
    ask(client, "ann")
    link = factories.link_in(letters_sent()[0].body)

    answer = client.post(link, {"password": "123456789012"})

    assert answer.status_code == 422
    assert client.get(link).status_code == 200
    assert not PasswordReset.objects.exclude(used_at=None).exists()


def test_it_changes_a_password_and_ends_the_sessions_elsewhere(client):
    factories.a_patient("ann")
    elsewhere = factories.sign_in(Client(), "ann")
    factories.sign_in(client, "ann")
    before = factories.cookie(client)

    client.post("/account/password/", {"old_password": factories.PASSWORD, "password": NEW})

    assert client.get("/account/profile/").status_code == 200
    assert factories.cookie(client) != before
    assert elsewhere.get("/account/profile/").status_code == 302


def test_it_drops_a_secret_that_was_shown_under_the_old_password(client):
    account = factories.a_patient("ann").account
    factories.sign_in(client, "ann")
    client.get("/account/second-step/")

    client.post("/account/password/", {"old_password": factories.PASSWORD, "password": NEW})

    assert not SealedTOTPDevice.objects.filter(user=account).exists()


def test_it_asks_for_the_password_now_before_changing_it(client):
    factories.a_patient("ann")
    factories.sign_in(client, "ann")

    answer = client.post("/account/password/", {"old_password": "wrong", "password": NEW})

    assert answer.status_code == 422
    assert "not your password now" in answer.content.decode()
    assert Account.objects.get().check_password(factories.PASSWORD)


def test_it_counts_guesses_of_the_password_now(client):
    factories.a_patient("ann")
    factories.sign_in(client, "ann")

    statuses = [
        client.post("/account/password/", {"old_password": f"guess {number}", "password": NEW}).status_code
        for number in range(6)
    ]
    right = client.post("/account/password/", {"old_password": factories.PASSWORD, "password": NEW})

    assert statuses == [422, 422, 422, 422, 429, 429]
    assert right.status_code == 429
    assert Account.objects.get().check_password(factories.PASSWORD)
    assert Action.login_failed in actions()
