"""Invitations: single use, expiring, by an administrator, for each role."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connection, connections

from oncology_clinic.accounts.models import Account, Clinician, Invitation, Patient
from oncology_clinic.accounts.services import invitations
from oncology_clinic.actors import ANONYMOUS, Actor, Role
from oncology_clinic.audit.contract import Action
from oncology_clinic.crypto import blind
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.errors import Conflict, Forbidden, NotFound
from tests.accounts import factories
from tests.accounts.letterbox import letters_sent
from tests.accounts.log import actions

NOON = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)
BIRTH = {"birth_month": "12", "birth_day": "31", "birth_year": "1958"}
PATIENT_ANSWERS = {"legal_name": "Ruth Delgado", "home_state": "OH", "time_zone": "America/New_York", **BIRTH}


def an_invite(role: Role = Role.auditor, **fields: str) -> invitations.Invite:
    return invitations.Invite(**{"role": role, "name": "Sam Reyes", "email": "sam@example.org", **fields})


def an_invitation(command: invitations.Invite | None = None, *, now: dt.datetime | None = None) -> Invitation:
    administrator = Account.objects.filter(username="admin").first() or factories.staff("admin", role="administrator")
    return invitations.invite(
        command or an_invite(), actor=factories.administrator_actor(administrator), now=now or factories.now()
    )


def address(invitation: Invitation) -> str:
    return f"/account/invitation/{invitations.token_of(invitation.id)}/"


def chosen(username: str = "sam") -> invitations.Acceptance:
    return invitations.Acceptance(username=username, password=factories.PASSWORD)


@pytest.mark.django_db
def test_it_invites_through_the_outbox_and_stores_no_token():
    invitation = an_invitation()

    letter = letters_sent()[0]

    assert letter.to == "sam@example.org"
    assert factories.link_in(letter.body) == address(invitation)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM accounts_invitation t")
        row = cursor.fetchone()[0]
    assert invitations.token_of(invitation.id) not in row
    assert "sam@example.org" not in row
    assert Action.invite in actions()


@pytest.mark.django_db
def test_it_writes_the_letter_in_the_language_chosen():
    an_invitation(an_invite(language="es"))

    assert letters_sent()[0].idempotency_key.startswith("invitation.")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "actor",
    [
        ANONYMOUS,
        Actor(role=Role.patient),
        Actor(role=Role.clinician, is_verified=True),
        Actor(role=Role.auditor, is_verified=True),
        Actor(role=Role.administrator, is_verified=False),
    ],
    ids=["nobody", "patient", "clinician", "auditor", "unverified administrator"],
)
def test_it_lets_only_a_verified_administrator_invite(actor):
    with pytest.raises(Forbidden):
        invitations.invite(an_invite(), actor=actor, now=factories.now())

    assert not Invitation.objects.exists()


@pytest.mark.django_db
def test_it_makes_staff_set_up_a_second_factor_before_anything_else(client):
    invitation = an_invitation(an_invite(Role.clinician, profession="physician"))

    answer = client.post(address(invitation), {"username": "Sam", "password": factories.PASSWORD})

    assert answer["Location"] == "/account/second-step/"
    assert client.get("/account/second-step/").wsgi_request.actor.role is Role.anonymous
    assert Clinician.objects.get(account__username="sam").display_name == "Sam Reyes"


@pytest.mark.django_db
def test_it_makes_a_new_patients_record_with_its_indexes(client):
    invitation = an_invitation(an_invite(Role.patient))

    page = client.get(address(invitation)).content.decode()
    answer = client.post(address(invitation), {"username": "ruth", "password": factories.PASSWORD, **PATIENT_ANSWERS})

    patient = Patient.objects.get()
    assert "Date of birth" in page
    assert answer["Location"] == "/account/profile/"
    assert reveal(patient.birth_date) == dt.date(1958, 12, 31)
    assert bytes(patient.name_index) == blind.index("name", "Ruth Delgado")
    assert bytes(patient.email_index) == blind.index("email", "sam@example.org")
    assert client.get("/account/profile/").wsgi_request.actor.patient_id == patient.id


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"birth_month": "2", "birth_day": "30"}, "not in the calendar"),
        ({"birth_year": "2199"}, "in the past"),
        ({"password": "password1234"}, "too common"),
        ({"password": "short"}, "too short"),
        ({"username": "two words"}, "Use letters"),
        ({"home_state": ""}, "required"),
        ({"role": "administrator"}, "We do not know what to do with"),
    ],
)
def test_it_keeps_what_was_typed_and_says_how_to_fix_it(client, change, words):
    invitation = an_invitation(an_invite(Role.patient))
    answers = {"username": "ruth", "password": factories.PASSWORD, **PATIENT_ANSWERS, **change}

    answer = client.post(address(invitation), answers)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'value="Ruth Delgado"' in answer.content.decode()
    assert not Patient.objects.exists()


@pytest.mark.django_db
def test_it_links_a_record_that_exists(client):
    patient = Patient.objects.create(legal_name="Ruth Delgado", birth_date=dt.date(1958, 12, 31), home_state="OH")
    invitation = an_invitation(an_invite(Role.patient, patient_id=patient.id))

    client.post(address(invitation), {"username": "ruth", "password": factories.PASSWORD})

    assert Patient.objects.get().account.username == "ruth"


@pytest.mark.django_db
def test_it_works_once(client):
    invitation = an_invitation()
    client.post(address(invitation), {"username": "sam", "password": factories.PASSWORD})

    assert client.get(address(invitation)).status_code == 404
    assert client.post(address(invitation), {"username": "eve", "password": factories.PASSWORD}).status_code == 404
    assert not Account.objects.filter(username="eve").exists()


@pytest.mark.django_db(transaction=True)
def test_it_works_once_however_many_race():
    invitation = an_invitation()

    def accept(number: int) -> bool:
        try:
            token = invitations.token_of(invitation.id)
            invitations.accept(token, acceptance=chosen(f"sam{number}"), now=factories.now())
        except NotFound:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as pool:
        accepted = list(pool.map(_in_context(accept), range(8)))

    assert sum(accepted) == 1
    assert Account.objects.filter(username__startswith="sam").count() == 1


def _in_context(work):
    """Threads start without the access context of the test."""
    from oncology_clinic.audit.context import phi_context

    def inside(number):
        with phi_context("racing"):
            return work(number)

    return inside


@pytest.mark.django_db
@pytest.mark.parametrize(("hours", "status"), [(71.9, 200), (72, 404)])
def test_it_expires_after_three_days(client, hours, status):
    with time_machine.travel(NOON, tick=False) as clock:
        invitation = an_invitation()
        clock.shift(dt.timedelta(hours=hours))

        assert client.get(address(invitation)).status_code == status


@pytest.mark.django_db
def test_it_can_be_taken_back(client):
    invitation = an_invitation()
    administrator = factories.administrator_actor(Account.objects.get(username="admin"))

    invitations.withdraw(invitation.id, actor=administrator, now=factories.now())

    assert client.get(address(invitation)).status_code == 404
    assert not letters_sent()
    with pytest.raises(NotFound):
        invitations.withdraw(invitation.id, actor=administrator, now=factories.now())


@pytest.mark.django_db
def test_it_refuses_a_username_somebody_has_and_stays_open():
    factories.a_patient("sam")
    invitation = an_invitation()

    with pytest.raises(Conflict) as refused:
        invitations.accept(invitations.token_of(invitation.id), acceptance=chosen("SAM"), now=factories.now())

    assert refused.value.code == "username_taken"
    assert invitations.open_invitation(invitations.token_of(invitation.id), now=factories.now())


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["x", "A" * 43, "%00", "'; drop table accounts_account; --"])
def test_it_knows_no_other_link(client, token):
    assert client.get(f"/account/invitation/{token}/").status_code == 404
