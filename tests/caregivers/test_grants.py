"""A caregiver acts by a grant in force, in its parts only, and not a moment longer (T1, T2)."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from caregivers import selectors
from caregivers.models import Caregiver, CaregiverGrant
from caregivers.services import grants
from oncology_clinic import access
from oncology_clinic.access import Domain
from oncology_clinic.accounts.models import Account, Invitation
from oncology_clinic.accounts.services import invitations
from oncology_clinic.actors import Actor, Role
from oncology_clinic.audit.contract import Action
from oncology_clinic.errors import NotFound, Refusal
from tests.accounts import factories
from tests.accounts.letterbox import letters_sent
from tests.accounts.log import actions

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)  # noon at the clinic
TODAY = dt.date(2026, 3, 2)


def a_caregiver(username: str = "cara") -> Caregiver:
    return Caregiver.objects.create(account=factories.an_account(username, role="caregiver"), name="Cara Delgado")


def actor_of(caregiver: Caregiver) -> Actor:
    return Actor(role=Role.caregiver, account_id=caregiver.account_id, caregiver_id=caregiver.id)


def a_grant(patient, caregiver, *, scopes=(Domain.appointments,), starts_on=TODAY, ends_on=None) -> CaregiverGrant:
    return CaregiverGrant.objects.create(
        patient=patient,
        caregiver=caregiver,
        scopes=[scope.value for scope in scopes],
        relationship="child",
        starts_on=starts_on,
        ends_on=ends_on,
        granted_at=NOW,
    )


def may(caregiver, patient, domain=Domain.appointments, now=NOW) -> bool:
    one = access.can_act_for(actor_of(caregiver), patient_id=patient.id, domain=domain, now=now)
    many = access.those_of(actor_of(caregiver), patient_ids=[patient.id], domain=domain, now=now)
    assert many == ({patient.id} if one else set())
    return one


def new_grant(**fields) -> grants.NewGrant:
    values = {"name": "Cara", "email": "cara@example.org", "relationship": "child", "scopes": (Domain.appointments,)}
    return grants.NewGrant(**{**values, **fields})


@pytest.mark.parametrize("granted", list(Domain))
@pytest.mark.parametrize("asked", list(Domain))
def test_it_opens_the_domains_granted_and_no_other(granted, asked):
    patient, caregiver = factories.a_patient("ann"), a_caregiver()
    a_grant(patient, caregiver, scopes=[granted])

    assert may(caregiver, patient, asked) == (granted is asked)


def test_it_opens_one_patient_and_no_other():
    ann, ben, caregiver = factories.a_patient("ann"), factories.a_patient("ben"), a_caregiver()
    a_grant(ann, caregiver)

    assert may(caregiver, ann)
    assert not may(caregiver, ben)
    assert not may(a_caregiver("stranger"), ann)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "now", "expected"),
    [
        (dt.date(2026, 3, 2), None, NOW, True),
        (dt.date(2026, 3, 3), None, NOW, False),
        (dt.date(2026, 3, 1), dt.date(2026, 3, 2), NOW, False),
        (dt.date(2026, 3, 1), dt.date(2026, 3, 3), NOW, True),
        # midnight at the clinic (Ohio, UTC-5) is 05:00 UTC
        (dt.date(2026, 3, 3), None, dt.datetime(2026, 3, 3, 4, 59, tzinfo=dt.UTC), False),
        (dt.date(2026, 3, 3), None, dt.datetime(2026, 3, 3, 5, 0, tzinfo=dt.UTC), True),
        (dt.date(2026, 3, 1), dt.date(2026, 3, 3), dt.datetime(2026, 3, 3, 4, 59, tzinfo=dt.UTC), True),
        (dt.date(2026, 3, 1), dt.date(2026, 3, 3), dt.datetime(2026, 3, 3, 5, 0, tzinfo=dt.UTC), False),
    ],
)
def test_it_holds_on_the_clinics_calendar_days(starts_on, ends_on, now, expected):
    patient, caregiver = factories.a_patient("ann"), a_caregiver()
    a_grant(patient, caregiver, starts_on=starts_on, ends_on=ends_on)

    assert may(caregiver, patient, now=now) == expected
    assert bool(selectors.patients_of(actor_of(caregiver), now=now)) == expected
    assert bool(selectors.active_grants(now=now, patient_id=patient.id)) == expected


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.caregiver, Role.system, Role.patient)])
def test_it_vouches_for_no_other_role(role):
    patient, caregiver = factories.a_patient("ann"), a_caregiver()
    a_grant(patient, caregiver)
    actor = Actor(role=role, account_id=caregiver.account_id, caregiver_id=caregiver.id, is_verified=True)

    from caregivers import policies

    assert not policies.has_grant(actor, patient.id, Domain.appointments, NOW)
    assert policies.granted_among(actor, [patient.id], Domain.appointments, NOW) == set()


def test_it_asks_the_database_anew_each_time(django_assert_num_queries):
    patient, caregiver = factories.a_patient("ann"), a_caregiver()
    grant = a_grant(patient, caregiver)
    actor = actor_of(caregiver)

    with django_assert_num_queries(1):
        assert access.can_act_for(actor, patient_id=patient.id, domain=Domain.appointments, now=NOW)
    grant.revoked_at, grant.revoke_reason = NOW, "patient_ended"
    grant.save()

    assert not may(caregiver, patient)


@pytest.mark.parametrize("who", ["patient", "caregiver"])
def test_it_ends_at_once_by_either_side(who):
    patient, caregiver = factories.a_patient("ann"), a_caregiver()
    grant = a_grant(patient, caregiver)
    actor = factories.patient_actor(patient) if who == "patient" else actor_of(caregiver)

    grants.revoke(grant.id, actor=actor, now=NOW)

    grant.refresh_from_db()
    assert not may(caregiver, patient)
    assert (grant.revoke_reason, grant.revoked_by_id) == (f"{who}_ended", actor.account_id)
    assert Action.revoke in actions()
    with pytest.raises(NotFound):
        grants.revoke(grant.id, actor=actor, now=NOW)


def test_it_is_ended_by_no_stranger():
    patient, caregiver = factories.a_patient("ann"), a_caregiver()
    grant = a_grant(patient, caregiver)
    strangers = [factories.patient_actor(factories.a_patient("ben")), actor_of(a_caregiver("other"))]

    for actor in strangers:
        with pytest.raises(NotFound):
            grants.revoke(grant.id, actor=actor, now=NOW)

    assert may(caregiver, patient)


def test_it_is_given_by_the_patient_alone():
    patient, caregiver = factories.a_patient("ann"), a_caregiver()
    a_grant(patient, caregiver, scopes=list(Domain))
    others = [
        actor_of(caregiver),
        factories.patient_actor(factories.a_patient("ben")),
        Actor(role=Role.administrator, is_verified=True),
        Actor(role=Role.clinician, is_verified=True),
    ]

    for actor in others:
        with pytest.raises(NotFound):
            grants.grant(new_grant(), patient_id=patient.id, actor=actor, now=NOW)

    assert CaregiverGrant.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "code"), [({"scopes": ()}, "no_scopes"), ({"last_day": dt.date(2026, 3, 1)}, "past_day")]
)
def test_it_refuses_what_makes_no_sense(fields, code):
    patient = factories.a_patient("ann")

    with pytest.raises(Refusal) as refused:
        grants.grant(new_grant(**fields), patient_id=patient.id, actor=factories.patient_actor(patient), now=NOW)

    assert refused.value.code == code
    assert not Invitation.objects.exists()


def test_it_counts_the_last_day():
    patient = factories.a_patient("ann")

    grant = grants.grant(
        new_grant(last_day=NOW.date()), patient_id=patient.id, actor=factories.patient_actor(patient), now=NOW
    )

    assert grant.ends_on == dt.date(2026, 3, 3)
    assert Action.grant in actions()


def accept(client, invitation, username):
    path = f"/account/invitation/{invitations.token_of(invitation.id)}/"
    return client.post(path, {"username": username, "password": factories.PASSWORD})


def test_it_begins_when_the_invitation_is_accepted(client):
    with time_machine.travel(NOW, tick=False):
        patient = factories.a_patient("ann")
        grants.grant(new_grant(), patient_id=patient.id, actor=factories.patient_actor(patient), now=NOW)
        letter = letters_sent()[0]

        client.post(factories.link_in(letter.body), {"username": "cara", "password": factories.PASSWORD})

        caregiver = Caregiver.objects.get()
        assert caregiver.account.username == "cara"
        assert may(caregiver, patient)
        assert "Ruth Delgado" in client.get("/caregivers/home/").content.decode()
        assert "Ruth" not in letter.body


def test_it_hands_a_second_patient_to_the_sign_in_one_has(client):
    with time_machine.travel(NOW, tick=False):
        ann, ben = factories.a_patient("ann"), factories.a_patient("ben")
        for patient in (ann, ben):
            grants.grant(new_grant(), patient_id=patient.id, actor=factories.patient_actor(patient), now=NOW)
        second, first = Invitation.objects.order_by("-created_at", "-id")
        accept(client, first, "cara")

        page = client.get(f"/account/invitation/{invitations.token_of(second.id)}/")
        client.post(f"/account/invitation/{invitations.token_of(second.id)}/join/")

        caregiver = Caregiver.objects.get(account__username="cara")
        assert "Use my sign-in" in page.content.decode()
        assert may(caregiver, ann)
        assert may(caregiver, ben)


def test_it_closes_the_invitation_with_the_grant(client):
    patient = factories.a_patient("ann")
    actor = factories.patient_actor(patient)
    now = factories.now()
    grant = grants.grant(new_grant(), patient_id=patient.id, actor=actor, now=now)

    grants.revoke(grant.id, actor=actor, now=now)

    assert accept(client, Invitation.objects.get(), "cara").status_code == 404
    assert not Account.objects.filter(username="cara").exists()


def test_it_lists_whom_a_caregiver_helps_in_two_statements(django_assert_num_queries):
    caregiver = a_caregiver()
    for name in ("ann", "ben", "cleo", "dan"):
        a_grant(factories.a_patient(name), caregiver, scopes=[Domain.screens, Domain.appointments])

    with django_assert_num_queries(2):
        found = selectors.patients_of(actor_of(caregiver), now=NOW)

    assert [person.name for person in found] == ["Ruth Delgado"] * 4
    assert found[0].scopes == (Domain.appointments, Domain.screens)
