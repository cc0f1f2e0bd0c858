"""Alerts: who sees them, in which order, and what working on them leaves behind."""

import datetime as dt
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from oncology_clinic.actors import Role
from oncology_clinic.audit.contract import Action
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.errors import Conflict, Forbidden, NotFound
from screening.models import Alert, AlertEvent, EventIsHistory
from screening.selectors import alerts as selectors
from screening.services import alerts, reading
from tests.accounts import factories as people
from tests.accounts import log
from tests.screening import factories
from tests.screening.factories import MONDAY_NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient():
    return factories.a_patient()[0]


def opened(patient, *, severity="soon", kind="callback", now=MONDAY_NOON):
    actor = people.patient_actor(patient)
    return alerts.open_alert(patient_id=patient.id, kind=kind, severity=severity, actor=actor, now=now)


def test_the_sickest_stand_first_then_the_one_due_first(patient):
    routine = opened(patient, severity="routine", now=MONDAY_NOON - dt.timedelta(days=9))
    soon_later = opened(patient)
    soon = opened(patient, now=MONDAY_NOON - dt.timedelta(hours=1))
    urgent = opened(patient, severity="urgent")

    found = selectors.open_alerts(factories.a_coordinator(), now=MONDAY_NOON)

    assert [alert.id for alert in found] == [urgent.id, soon.id, soon_later.id, routine.id]


def test_an_emergency_is_due_in_minutes(patient):
    alert = alerts.open_alert(
        patient_id=patient.id,
        kind="emergency",
        severity="urgent",
        actor=people.patient_actor(patient),
        now=MONDAY_NOON,
        note_code="chest_pain_new",
    )

    assert alert.due_at == MONDAY_NOON + dt.timedelta(minutes=15)
    alert.refresh_from_db()
    assert reveal(alert.note_code) == "chest_pain_new"


def test_a_clinician_sees_their_own_patients_only(patient, monkeypatch):
    other, _ = factories.a_patient("other")
    mine, theirs = opened(patient), opened(other)
    clinician = factories.a_clinician()

    with factories.vouching(monkeypatch, (clinician, patient.id)):
        found = selectors.open_alerts(clinician, now=MONDAY_NOON)
        with pytest.raises(NotFound):
            reading.one_alert(theirs.id, actor=clinician, now=MONDAY_NOON)
        with pytest.raises(NotFound):
            alerts.acknowledge(theirs.id, actor=clinician, now=MONDAY_NOON)

    assert [alert.id for alert in found] == [mine.id]


@pytest.mark.parametrize("role", ["patient", "caregiver", "administrator", "auditor"])
def test_nobody_else_sees_or_works_alerts(patient, role):
    alert = opened(patient)
    actor = factories.staff_actor(people.an_account("someone", role=role))

    for act in (
        lambda: reading.worklist(actor=actor, now=MONDAY_NOON),
        lambda: reading.one_alert(alert.id, actor=actor, now=MONDAY_NOON),
        lambda: alerts.acknowledge(alert.id, actor=actor, now=MONDAY_NOON),
        lambda: alerts.take(alert.id, actor=actor, now=MONDAY_NOON),
        lambda: alerts.close(alert.id, outcome="-", actor=actor, now=MONDAY_NOON),
    ):
        with pytest.raises(Forbidden) as refused:
            act()
        assert refused.value.code == "wrong_role"
    assert selectors.open_alerts(actor, now=MONDAY_NOON) == []


def test_a_coordinator_without_a_second_factor_sees_nothing(patient):
    opened(patient)
    unverified = factories.staff_actor(people.staff("nurse", role=Role.nurse_coordinator), is_verified=False)

    with pytest.raises(Forbidden) as refused:
        reading.worklist(actor=unverified, now=MONDAY_NOON)

    assert refused.value.code == "second_factor_needed"


def test_acknowledging_makes_it_yours_and_happens_once(patient):
    alert = opened(patient)
    first, second = factories.a_coordinator("first"), factories.a_coordinator("second")

    alerts.acknowledge(alert.id, actor=first, now=MONDAY_NOON)
    with pytest.raises(Conflict) as refused:
        alerts.acknowledge(alert.id, actor=second, now=MONDAY_NOON)

    alert.refresh_from_db()
    assert refused.value.code == "already_acknowledged"
    assert (alert.status, alert.owner_id, alert.acknowledged_at) == ("acknowledged", first.account_id, MONDAY_NOON)
    assert log.actions().count(Action.acknowledge) == 1


def test_closing_keeps_what_came_of_it_sealed(patient):
    alert = opened(patient)
    nurse = factories.a_coordinator()

    alerts.take(alert.id, actor=nurse, now=MONDAY_NOON)
    alerts.close(alert.id, outcome="Reached her, pain is better.", actor=nurse, now=MONDAY_NOON)

    alert.refresh_from_db()
    events = list(AlertEvent.objects.filter(alert=alert))
    assert (alert.status, alert.closed_at, alert.owner_id) == ("closed", MONDAY_NOON, nurse.account_id)
    assert [event.kind for event in events] == ["opened", "taken", "closed"]
    assert reveal(events[-1].note) == "Reached her, pain is better."
    assert not selectors.has_open_alert(patient.id)


def test_a_closed_alert_stays_closed(patient):
    alert = opened(patient)
    nurse = factories.a_coordinator()
    alerts.close(alert.id, outcome="Reached.", actor=nurse, now=MONDAY_NOON)

    for act, code in (
        (lambda: alerts.close(alert.id, outcome="Again.", actor=nurse, now=MONDAY_NOON), "already_closed"),
        (lambda: alerts.take(alert.id, actor=nurse, now=MONDAY_NOON), "already_closed"),
        (lambda: alerts.acknowledge(alert.id, actor=nurse, now=MONDAY_NOON), "already_closed"),
    ):
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.code == code


def test_an_unknown_alert_is_not_found():
    with pytest.raises(NotFound):
        alerts.take(uuid4(), actor=factories.a_coordinator(), now=MONDAY_NOON)


def test_what_happened_is_never_edited(patient):
    opened(patient)
    event = AlertEvent.objects.get()

    event.kind = "closed"
    with pytest.raises(EventIsHistory):
        event.save()
    with pytest.raises(EventIsHistory):
        event.delete()
    for statement in ("update screening_alertevent set kind = 'closed'", "delete from screening_alertevent"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert AlertEvent.objects.get().kind == "opened"


def test_its_note_may_be_sealed_again_when_keys_rotate(patient):
    opened(patient)

    with connection.cursor() as cursor:
        cursor.execute("update screening_alertevent set note = 'another ciphertext'")
        assert cursor.rowcount == 1


def test_one_screen_has_one_live_alert(patient):
    actor = people.patient_actor(patient)
    screen = factories.a_screen(patient, actor, nrs_pain=[8])

    with pytest.raises(DatabaseError), transaction.atomic():
        alerts.open_alert(
            patient_id=patient.id, kind="screen", severity="soon", screen_id=screen.id, actor=actor, now=MONDAY_NOON
        )

    assert Alert.objects.count() == 1
