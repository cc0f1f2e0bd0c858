"""Second factors: sealed, hashed, one use, one winner of a race (T7, T18)."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connection, connections
from django.test import Client

from oncology_clinic.accounts.models import Account, ClinicSession, RecoveryCode, SealedTOTPDevice
from oncology_clinic.accounts.services import second_factor
from oncology_clinic.audit.contract import Action
from oncology_clinic.errors import Refusal, TooManyTries
from tests.accounts import factories
from tests.accounts.log import actions

NOON = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)


def at_once(work: Callable[[int], object], *, count: int) -> list[object]:
    """Run `work` in `count` real threads, released together, each with its own connection."""
    gate = threading.Barrier(count)

    def one(number: int) -> object:
        gate.wait(timeout=30)
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.mark.django_db(transaction=True)
def test_it_opens_one_session_for_one_code_however_many_race():
    """T7: 32 threads, one token, exactly one success."""
    account = factories.staff("okafor", role="clinician")
    device = SealedTOTPDevice.objects.get(user=account)
    browsers = []
    for _browser in range(32):
        browsers.append(Client())
        browsers[-1].post("/account/sign-in/", {"username": "okafor", "password": factories.PASSWORD})
    code = factories.code_of(device)

    statuses = at_once(lambda number: browsers[number].post("/account/code/", {"code": code}).status_code, count=32)

    assert sorted(statuses) == [302] + [403] * 31
    assert ClinicSession.objects.filter(account=account).count() == 1


@pytest.mark.django_db(transaction=True)
def test_it_spends_a_recovery_code_once_however_many_race():
    account = factories.staff("okafor", role="clinician")
    code = second_factor.new_recovery_codes(account, now=factories.now())[0]

    def spend(_number: int) -> bool:
        try:
            second_factor.check_code(Account.objects.get(pk=account.pk), code=code, now=factories.now())
        except Refusal:
            return False
        return True

    assert sum(at_once(spend, count=8)) == 1


@pytest.mark.django_db
def test_it_checks_at_most_ten_of_a_thousand_guesses():
    """T7: guesses come too fast or after the cap, and are not even compared."""
    account = factories.staff("okafor", role="clinician")
    device = SealedTOTPDevice.objects.get(user=account)
    wrong = factories.wrong_code_of(device)

    for _guess in range(100):
        with pytest.raises(Refusal):
            second_factor.check_code(account, code=wrong, now=factories.now())

    device.refresh_from_db()
    assert device.throttling_failure_count <= 10


@pytest.mark.django_db
def test_it_locks_after_ten_failures_for_good():
    account = factories.staff("okafor", role="clinician")
    device = SealedTOTPDevice.objects.get(user=account)
    with time_machine.travel(NOON, tick=False) as clock:
        for _failure in range(9):
            with pytest.raises(second_factor.WrongCode):
                second_factor.check_code(account, code=factories.wrong_code_of(device), now=factories.now())
            clock.shift(dt.timedelta(hours=1))
        with pytest.raises(TooManyTries):
            second_factor.check_code(account, code=factories.wrong_code_of(device), now=factories.now())
        clock.shift(dt.timedelta(days=365))

        with pytest.raises(TooManyTries):
            second_factor.check_code(account, code=factories.code_of(device), now=factories.now())


@pytest.mark.django_db
def test_it_refuses_the_same_code_twice():
    account = factories.staff("okafor", role="clinician")
    device = SealedTOTPDevice.objects.get(user=account)
    code = factories.code_of(device)

    assert second_factor.check_code(account, code=code, now=factories.now()) == device
    with pytest.raises(second_factor.WrongCode):
        second_factor.check_code(account, code=code, now=factories.now())


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["", "12345", "1234567", "-12345", "１２３４５６", "abcdef", "' or 1=1 --"])
def test_it_refuses_what_is_no_code(code):
    account = factories.staff("okafor", role="clinician")

    with pytest.raises(second_factor.WrongCode):
        second_factor.check_code(account, code=code, now=factories.now())


@pytest.mark.django_db
def test_it_takes_a_recovery_code_once_in_any_spelling():
    account = factories.staff("okafor", role="clinician")
    code = second_factor.new_recovery_codes(account, now=factories.now())[3]

    device = second_factor.check_code(account, code=f" {code.upper().replace('-', ' ')} ", now=factories.now())
    assert device.model_label() == "accounts.recoverycodedevice"
    with pytest.raises(second_factor.WrongCode):
        second_factor.check_code(account, code=code, now=factories.now())
    assert RecoveryCode.objects.filter(used_at=None).count() == 9


@pytest.mark.django_db
def test_it_does_not_count_a_recovery_code_as_a_failure_of_the_app():
    account = factories.staff("okafor", role="clinician")
    codes = second_factor.new_recovery_codes(account, now=factories.now())

    second_factor.check_code(account, code=codes[0], now=factories.now())

    assert SealedTOTPDevice.objects.get().throttling_failure_count == 0


@pytest.mark.django_db
def test_it_replaces_old_recovery_codes_by_new_ones():
    account = factories.staff("okafor", role="clinician")
    old = second_factor.new_recovery_codes(account, now=factories.now())

    second_factor.new_recovery_codes(account, now=factories.now())

    with pytest.raises(second_factor.WrongCode):
        second_factor.check_code(account, code=old[0], now=factories.now())
    assert RecoveryCode.objects.count() == 10


@pytest.mark.django_db
def test_it_keeps_no_secret_and_no_code_readable_in_the_database():
    """T18: a stolen backup signs nobody in."""
    account = factories.staff("okafor", role="clinician")
    codes = second_factor.new_recovery_codes(account, now=factories.now())
    dumped = ""
    with connection.cursor() as cursor:
        for table in ("accounts_sealedtotpdevice", "accounts_recoverycode", "accounts_recoverycodedevice"):
            cursor.execute(f"SELECT t::text FROM {table} t")
            dumped += str(cursor.fetchall())

    assert factories.KEY not in dumped
    assert SealedTOTPDevice.objects.get().secret() not in dumped
    assert not [code for code in codes if code in dumped or code.replace("-", "") in dumped]


@pytest.mark.django_db
def test_it_sets_up_a_second_factor_and_shows_ten_codes_once(client):
    factories.staff("okafor", role="clinician", with_device=False)
    client.post("/account/sign-in/", {"username": "okafor", "password": factories.PASSWORD})

    page = client.get("/account/second-step/").content.decode()
    device = SealedTOTPDevice.objects.get()
    answer = client.post("/account/second-step/", {"code": factories.code_of(device)})

    assert "<svg" in page
    assert "style=" not in page.split("<svg", 1)[1].split("</svg>", 1)[0]
    assert device.secret()[:4] in page
    assert answer.content.decode().count("<li><code>") == 10
    assert "no-store" in answer["Cache-Control"]
    assert client.get("/account/profile/").wsgi_request.actor.is_verified
    assert {Action.mfa_enrol, Action.login} <= set(actions())


@pytest.mark.django_db
def test_it_shows_the_same_secret_again_until_it_is_confirmed(client):
    factories.staff("okafor", role="clinician", with_device=False)
    client.post("/account/sign-in/", {"username": "okafor", "password": factories.PASSWORD})
    client.get("/account/second-step/")
    secret = SealedTOTPDevice.objects.get().secret()

    wrong = client.post("/account/second-step/", {"code": factories.wrong_code_of(SealedTOTPDevice.objects.get())})

    assert wrong.status_code == 403
    assert SealedTOTPDevice.objects.get().secret() == secret
    assert not SealedTOTPDevice.objects.get().confirmed


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "is_same"), [(29, True), (31, False)])
def test_it_makes_a_new_secret_after_half_an_hour(minutes, is_same):
    """Whoever looked at an old secret must not hold the second factor that is set up later."""
    account = factories.an_account("ann", role="patient")
    with time_machine.travel(NOON, tick=False):
        seen = second_factor.start_enrolment(account, now=NOON).secret()

    later = NOON + dt.timedelta(minutes=minutes)

    assert (second_factor.start_enrolment(account, now=later).secret() == seen) is is_same
    assert SealedTOTPDevice.objects.count() == 1


@pytest.mark.django_db
def test_it_lets_a_patient_add_a_second_step_and_asks_for_it_from_then_on(client):
    factories.a_patient("ann")
    factories.sign_in(client, "ann")

    client.get("/account/second-step/")
    client.post("/account/second-step/", {"code": factories.code_of(SealedTOTPDevice.objects.get())})
    again = Client().post("/account/sign-in/", {"username": "ann", "password": factories.PASSWORD})

    assert again["Location"] == "/account/code/"


@pytest.mark.django_db
def test_it_makes_new_recovery_codes_only_for_the_verified(client):
    factories.a_patient("ann")
    factories.sign_in(client, "ann")

    assert client.post("/account/recovery-codes/").status_code == 403
    assert client.get("/account/recovery-codes/").status_code == 403


@pytest.mark.django_db
def test_it_gives_new_recovery_codes_to_the_verified(client):
    account = factories.a_patient("ann").account
    factories.sign_in(client, "ann", device=factories.a_device(account))

    page = client.get("/account/recovery-codes/")
    answer = client.post("/account/recovery-codes/")

    assert page.status_code == 200
    assert answer.content.decode().count("<li><code>") == 10
