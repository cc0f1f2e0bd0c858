"""The session engine: hashed keys, limits judged on the server, one statement a request (T6, T9)."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.test import Client

from oncology_clinic.accounts import tasks
from oncology_clinic.accounts.models import ClinicSession
from oncology_clinic.accounts.sessions import SessionStore, hash_key
from oncology_clinic.actors import Role
from tests.accounts import factories

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)


def minutes(count: float) -> dt.timedelta:
    return dt.timedelta(minutes=count)


def role_of(client: Client, path: str = "/account/sign-in/", **headers: str) -> Role:
    return client.get(path, headers=headers).wsgi_request.actor.role


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def test_it_stores_only_the_hash_of_the_cookie(client):
    factories.a_patient("ann")

    factories.sign_in(client, "ann")

    stored = ClinicSession.objects.get()
    assert stored.key_hash == hash_key(factories.cookie(client))
    assert factories.cookie(client) not in (stored.key_hash, stored.data)


def test_it_costs_one_statement_to_know_who_asks(client, django_assert_num_queries):
    factories.a_patient("ann")
    factories.sign_in(client, "ann")

    with django_assert_num_queries(1):
        store = SessionStore(factories.cookie(client))
        assert (store.account.username, store.device) == ("ann", None)


def test_it_costs_one_statement_for_staff_with_a_second_factor(client, django_assert_num_queries):
    account = factories.staff("okafor", role="clinician", with_device=False)
    factories.sign_in(client, "okafor")
    device = factories.a_device(account)
    factories.sign_in(client, "okafor", device=device)

    with django_assert_num_queries(1):
        actor = client.get("/account/sign-in/").wsgi_request.actor

    assert actor.is_verified
    assert actor.clinician_id == account.clinician.id


@pytest.mark.parametrize(
    ("role", "limit"), [("patient", 30), ("caregiver", 30), ("administrator", 15), ("auditor", 15)]
)
def test_it_ends_after_idle_minutes_by_role(client, clock, role, limit):
    account = factories.an_account("somebody", role=role)
    device = factories.a_device(account)
    factories.sign_in(client, "somebody", device=device)

    clock.shift(minutes(limit - 0.1))
    assert role_of(client) == role
    clock.shift(minutes(limit))
    assert role_of(client) == Role.anonymous


def test_it_writes_last_seen_at_most_once_a_minute(client, clock):
    factories.a_patient("ann")
    factories.sign_in(client, "ann")

    clock.shift(minutes(0.9))
    role_of(client)
    assert ClinicSession.objects.get().last_seen_at == NOON
    clock.shift(minutes(0.2))
    role_of(client)
    assert ClinicSession.objects.get().last_seen_at == NOON + minutes(1.1)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/account/sign-in/?poll=1", {}),
        ("/account/sign-in/", {"X-Background": "1"}),
        ("/account/sign-in/", {"HX-Request": "true", "HX-Trigger": "alerts-poll"}),
    ],
)
def test_it_is_not_kept_alive_by_polling(client, clock, path, headers):
    factories.a_patient("ann")
    factories.sign_in(client, "ann")

    for _poll in range(5):
        clock.shift(minutes(5.9))
        assert role_of(client, path, **headers) == Role.patient
    clock.shift(minutes(5.9))

    assert role_of(client, path, **headers) == Role.anonymous


def test_it_is_kept_alive_by_use_until_the_absolute_limit(client, clock):
    factories.a_patient("ann")
    factories.sign_in(client, "ann")

    for _use in range(35):
        clock.shift(minutes(20))
        assert role_of(client) == Role.patient
    clock.shift(minutes(20))

    assert role_of(client) == Role.anonymous  # 12 hours after the sign-in


def test_it_counts_twelve_hours_from_the_last_sign_in_not_from_the_first_visit(client, clock):
    factories.a_patient("ann")
    factories.sign_in(client, "ann")
    clock.shift(minutes(25))
    client.post("/account/sign-out/")
    factories.sign_in(client, "ann")

    assert ClinicSession.objects.get().created_at == NOON + minutes(25)


def test_it_sends_an_expired_visitor_to_the_calm_page_and_keeps_the_way_back(client, clock):
    factories.a_patient("ann")
    factories.sign_in(client, "ann")
    clock.shift(minutes(31))

    answer = client.get("/account/profile/edit/")
    page = client.get(answer["Location"])

    assert answer["Location"] == "/account/signed-out/?next=%2Faccount%2Fprofile%2Fedit%2F"
    assert "You were signed out to keep your record safe" in page.content.decode()
    assert "/account/sign-in/?next=%2Faccount%2Fprofile%2Fedit%2F" in page.content.decode()
    assert not ClinicSession.objects.exists()


def test_it_gives_a_new_cookie_after_the_password_and_after_the_code(client, clock):
    account = factories.a_patient("ann").account
    device = factories.a_device(account)
    stranger = SessionStore()
    stranger["left"] = "by an attacker"
    stranger.save()
    client.cookies["clinic_session"] = stranger.session_key
    before = stranger.session_key

    client.post("/account/sign-in/", {"username": "ann", "password": factories.PASSWORD})
    after_password = factories.cookie(client)
    client.post("/account/code/", {"code": factories.code_of(device)})
    after_code = factories.cookie(client)

    assert len({before, after_password, after_code}) == 3
    assert [ClinicSession.objects.filter(key_hash=hash_key(key)).exists() for key in (before, after_password)] == [
        False,
        False,
    ]
    assert role_of(client) == Role.patient


def test_it_lets_the_old_cookie_of_a_half_sign_in_open_nothing(clock):
    account = factories.a_patient("ann").account
    device = factories.a_device(account)
    client, thief = Client(), Client()
    client.post("/account/sign-in/", {"username": "ann", "password": factories.PASSWORD})
    thief.cookies["clinic_session"] = factories.cookie(client)
    client.post("/account/code/", {"code": factories.code_of(device)})

    assert role_of(thief) == Role.anonymous


def test_it_forgets_the_second_factor_when_the_device_is_removed(client):
    account = factories.staff("okafor", role="clinician")
    device = factories.SealedTOTPDevice.objects.get(user=account)
    factories.sign_in(client, "okafor", device=device)

    device.delete()
    actor = client.get("/account/sign-in/").wsgi_request.actor

    assert (actor.role, actor.is_verified) == (Role.clinician, False)


def test_it_clears_expired_rows(client, clock):
    factories.a_patient("ann")
    factories.sign_in(client, "ann")
    clock.shift(minutes(31))

    tasks.clear_sessions()
    tasks.clear_sessions()

    assert not ClinicSession.objects.exists()
