"""Account life: the first administrator, two-person resets, deactivation and never deletion."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from oncology_clinic.accounts.models import Account, ClinicSession, RecoveryCode, SealedTOTPDevice, SecondFactorReset
from oncology_clinic.accounts.models.people import NeverDeleted
from oncology_clinic.accounts.services import life
from oncology_clinic.audit.contract import Action
from oncology_clinic.errors import Conflict, Forbidden, NotFound, Refusal
from tests.accounts import factories
from tests.accounts.letterbox import letters_sent
from tests.accounts.log import actions

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrators():
    return [factories.administrator_actor(factories.staff(name, role="administrator")) for name in ("one", "two")]


def asked(account: Account) -> SecondFactorReset:
    from oncology_clinic.accounts import selectors

    return life.ask_second_factor_reset(account.pk, actor=selectors.actor_for(account), now=factories.now())


def test_it_takes_a_second_factor_off_when_two_administrators_agree(administrators, client):
    account = factories.staff("okafor", role="clinician")
    factories.sign_in(client, "okafor", device=SealedTOTPDevice.objects.get(user=account))
    reset = asked(account)

    life.approve_second_factor_reset(reset.id, actor=administrators[0], now=factories.now())
    assert SealedTOTPDevice.objects.filter(user=account).exists()
    life.approve_second_factor_reset(reset.id, actor=administrators[1], now=factories.now())

    assert not SealedTOTPDevice.objects.filter(user=account).exists()
    assert not RecoveryCode.objects.filter(device__user=account).exists()
    assert not ClinicSession.objects.filter(account=account).exists()
    assert actions()[-2:] == [Action.mfa_reset, Action.mfa_reset]
    assert [letter.to for letter in letters_sent()] == ["okafor@example.org"]


def test_it_does_not_count_one_administrator_twice(administrators):
    account = factories.staff("okafor", role="clinician")
    reset = asked(account)
    life.approve_second_factor_reset(reset.id, actor=administrators[0], now=factories.now())

    with pytest.raises(Conflict, match="second_person_needed"):
        life.approve_second_factor_reset(reset.id, actor=administrators[0], now=factories.now())

    assert SealedTOTPDevice.objects.filter(user=account).exists()


def test_it_does_not_let_an_administrator_approve_their_own(administrators):
    own = Account.objects.get(username="one")
    reset = asked(own)

    with pytest.raises(Forbidden, match="own_account"):
        life.approve_second_factor_reset(reset.id, actor=administrators[0], now=factories.now())


def test_it_has_the_database_refuse_one_approver_twice(administrators):
    reset = asked(factories.staff("okafor", role="clinician"))
    reset.first_approver_id = reset.second_approver_id = administrators[0].account_id

    with pytest.raises(IntegrityError), transaction.atomic():
        reset.save()


def test_it_does_nothing_after_a_decline(administrators):
    reset = asked(factories.staff("okafor", role="clinician"))

    life.decline_second_factor_reset(reset.id, actor=administrators[0], now=factories.now())

    with pytest.raises(NotFound):
        life.approve_second_factor_reset(reset.id, actor=administrators[1], now=factories.now())


@pytest.mark.parametrize("role", ["clinician", "nurse_coordinator", "auditor"])
def test_it_lets_no_other_role_approve(role):
    reset = asked(factories.staff("okafor", role="clinician"))
    other = factories.staff("other", role=role)
    actor = factories.administrator_actor(other).__class__(role=other.role, account_id=other.pk, is_verified=True)

    with pytest.raises(Forbidden, match="wrong_role"):
        life.approve_second_factor_reset(reset.id, actor=actor, now=factories.now())


def test_it_opens_one_request_for_the_lost_phone_page(client):
    factories.staff("okafor", role="clinician")
    client.post("/account/sign-in/", {"username": "okafor", "password": factories.PASSWORD})

    assert client.get("/account/lost-device/").status_code == 200
    for _twice in range(2):
        assert "We have your request" in client.post("/account/lost-device/").content.decode()

    assert SecondFactorReset.objects.count() == 1


def test_it_lets_nobody_ask_without_a_password(client):
    assert client.post("/account/lost-device/")["Location"] == "/account/sign-in/"


def test_it_closes_a_sign_in_and_ends_its_sessions(administrators, client):
    account = factories.staff("okafor", role="clinician")
    factories.sign_in(client, "okafor", device=SealedTOTPDevice.objects.get(user=account))

    life.deactivate(account.pk, reason="left", actor=administrators[0], now=factories.now())

    account.refresh_from_db()
    assert (account.is_active, account.deactivated_at is not None, account.clinician.is_active) == (False, True, False)
    assert client.get("/account/profile/").status_code == 302
    assert Client().post("/account/sign-in/", {"username": "okafor", "password": factories.PASSWORD}).status_code == 403
    assert Action.deactivate in actions()


def test_it_refuses_a_session_whose_account_was_closed_behind_its_back(client):
    factories.a_patient("ann")
    factories.sign_in(client, "ann")

    Account.objects.update(is_active=False)

    assert client.get("/account/profile/").status_code == 302
    assert not ClinicSession.objects.exists()


def test_it_does_not_let_an_administrator_close_their_own(administrators):
    with pytest.raises(Refusal, match="own_account"):
        life.deactivate(administrators[0].account_id, reason="left", actor=administrators[0], now=factories.now())


def test_it_keeps_the_last_administrator(administrators):
    life.deactivate(administrators[1].account_id, reason="left", actor=administrators[0], now=factories.now())

    with pytest.raises(Conflict, match="last_administrator"):
        life.deactivate(administrators[0].account_id, reason="left", actor=administrators[1], now=factories.now())


def test_it_never_deletes_an_account():
    account = factories.an_account("ann", role="auditor")

    with pytest.raises(NeverDeleted):
        account.delete()
    with pytest.raises(NeverDeleted):
        Account.objects.all().delete()

    assert Account.objects.count() == 1


def test_it_never_gives_a_username_twice():
    factories.an_account("Ann", role="auditor")

    with pytest.raises(IntegrityError), transaction.atomic():
        factories.an_account("ＡＮＮ ", role="auditor")


def run_command(password: str, **options: str) -> str:
    out = io.StringIO()
    import sys
    from unittest import mock

    with mock.patch.object(sys, "stdin", io.StringIO(password + "\n")):
        call_command("create_administrator", password_stdin=True, stdout=out, **options)
    return out.getvalue()


def test_it_creates_the_first_administrator_at_a_terminal(client):
    printed = run_command(factories.PASSWORD, username="First", email="first@example.org")

    device = SealedTOTPDevice.objects.get()
    assert device.secret() in printed
    assert "otpauth://totp/" in printed
    assert factories.sign_in(client, "first", device=device).get("/account/people/").status_code == 200
    assert Action.create in actions()


@pytest.mark.parametrize(("password", "words"), [("short", "too short"), (factories.PASSWORD, "Somebody has that")])
def test_it_creates_no_administrator_in_vain(password, words):
    factories.staff("first", role="auditor")

    with pytest.raises(CommandError, match=words):
        run_command(password, username="first")

    assert Account.objects.count() == 1
