"""Answering: what is stored, scored, raised, recorded and refused."""

import datetime as dt
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oncology_clinic.audit.contract import Action
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.errors import Conflict, Forbidden, NotFound, Refusal
from oncology_clinic.outbox.models import OutboxMessage
from screening.models import Alert, AlertEvent, Screen, ScreenRequest
from screening.services import answers, requests
from screening.services.commands import AnswerScreen, SavePage
from tests.accounts import log
from tests.screening import factories
from tests.screening.factories import MONDAY_NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient_and_actor():
    return factories.a_patient()


def save(request, number, *given, actor, now=MONDAY_NOON, wants_call=False):
    return answers.save_page(SavePage(request.id, number, given, wants_call), actor=actor, now=now)


def test_asking_is_exactly_one_insert(patient_and_actor):
    patient, actor = patient_and_actor

    with CaptureQueriesContext(
        connection,
    ) as statements:
        requests.ask(patient_id=patient.id, subject_id=uuid4(), due_at=MONDAY_NOON, actor=actor, now=MONDAY_NOON)

    assert len(statements) == 1
    assert statements[0]["sql"].startswith("INSERT")


@pytest.mark.parametrize("instrument", ["peg", "esas-r", "zbi12", "mcsi"])
def test_it_never_asks_what_the_clinic_may_not_show(patient_and_actor, instrument):
    patient, _ = patient_and_actor

    with pytest.raises(requests.NotOffered):
        factories.a_request(patient, instruments=[instrument])


def test_each_page_is_saved_when_continue_is_pressed(patient_and_actor):
    patient, actor = patient_and_actor
    request = factories.a_request(patient)

    saved = save(request, 1, 3, actor=actor)

    screen = Screen.objects.get(request=request)
    assert saved.next_number == 2
    assert reveal(screen.answers) == [3]
    assert reveal(screen.score) == 3
    assert reveal(screen.band) == "mild"
    assert screen.version == "1"
    assert reveal(screen.answers_sha256) == answers.fingerprint(answers.instrument.get("nrs-pain"), [3])
    assert screen.mode == "self"
    assert screen.answered_by_id == actor.account_id
    assert log.actions()[-1] == Action.answer


def test_a_skipped_answer_stays_null_and_is_no_zero(patient_and_actor):
    patient, actor = patient_and_actor
    request = factories.a_request(patient)

    save(request, 1, None, actor=actor)
    save(request, 3, 0, None, 1, 1, actor=actor)

    screens = {screen.instrument: screen for screen in Screen.objects.filter(request=request)}
    assert reveal(screens["nrs-pain"].answers) == [None]
    assert screens["nrs-pain"].score is None
    assert reveal(screens["nrs-pain"].actions) == ["ask_again"]
    assert reveal(screens["phq4"].answers) == [0, None, 1, 1]
    assert reveal(screens["phq4"].band) == "not_scored"
    assert not Alert.objects.exists()


def test_nothing_clinical_stands_in_the_table_in_clear(patient_and_actor):
    patient, actor = patient_and_actor
    factories.a_screen(patient, actor, nrs_pain=[9])

    with connection.cursor() as cursor:
        cursor.execute("select answers, answers_sha256, score, band, actions, result from screening_screen")
        row = cursor.fetchone()

    assert all(value.startswith("gAAAA") for value in row)


def test_a_high_answer_opens_an_owned_alert_with_a_time_at_once(patient_and_actor):
    patient, actor = patient_and_actor
    request = factories.a_request(patient)

    save(request, 1, 7, actor=actor)

    alert = Alert.objects.get()
    assert (alert.kind, alert.severity, alert.status) == ("screen", "soon", "open")
    assert alert.patient_id == patient.id
    assert alert.screen.instrument == "nrs-pain"
    assert alert.due_at == MONDAY_NOON + dt.timedelta(days=1)
    assert reveal(alert.actions) == ["clinician_contact_24h"]
    assert AlertEvent.objects.get().kind == "opened"
    message = OutboxMessage.objects.get()
    assert (message.topic, message.subject_id) == ("screening.flag_raised", alert.id)
    assert Action.alert in log.actions()


def test_a_rise_since_the_last_screen_makes_pain_urgent(patient_and_actor):
    patient, actor = patient_and_actor
    factories.a_screen(patient, actor, now=MONDAY_NOON - dt.timedelta(days=7), nrs_pain=[5])

    screen = factories.a_screen(patient, actor, nrs_pain=[7])

    assert reveal(screen.actions) == ["same_day_in_person"]
    assert reveal(screen.result)["baseline"] == "5"
    assert Alert.objects.get(screen=screen).severity == "urgent"


def test_changed_answers_raise_the_alert_that_waits_and_never_lower_it(patient_and_actor):
    patient, actor = patient_and_actor
    request = factories.a_request(patient)
    save(request, 1, 5, actor=actor)
    first_due = Alert.objects.get().due_at

    save(request, 1, 9, actor=actor)
    raised = Alert.objects.get()
    save(request, 1, 0, actor=actor)
    after = Alert.objects.get()

    assert (raised.severity, reveal(raised.actions)) == ("soon", ["clinician_contact_24h"])
    assert raised.due_at <= first_due
    assert (after.severity, after.status) == ("soon", "open")
    assert reveal(after.actions) == ["clinician_contact_24h"]
    assert [event.kind for event in AlertEvent.objects.all()] == ["opened", "raised", "raised"]


def test_the_wish_to_talk_opens_one_callback_however_often_it_is_pressed(patient_and_actor):
    patient, actor = patient_and_actor
    request = factories.a_request(patient)

    first = save(request, 1, None, actor=actor, wants_call=True)
    second = save(request, 2, 2, actor=actor, wants_call=True)

    assert Alert.objects.get().kind == "callback"
    assert first.call is not None
    assert second.call == first.call


def test_sending_scores_what_was_left_out_as_left_out(patient_and_actor):
    patient, actor = patient_and_actor
    request = factories.a_request(patient)
    save(request, 1, 2, actor=actor)

    answers.complete(request.id, actor=actor, now=MONDAY_NOON)

    request.refresh_from_db()
    screens = {screen.instrument: screen for screen in Screen.objects.filter(request=request)}
    assert (request.status, request.completed_at) == ("done", MONDAY_NOON)
    assert set(screens) == {"nrs-pain", "distress-0-10", "phq4"}
    assert reveal(screens["distress-0-10"].actions) == ["ask_again"]
    assert reveal(screens["phq4"].actions) == ["complete_missing"]


def test_nothing_changes_after_sending(patient_and_actor):
    patient, actor = patient_and_actor
    request = factories.a_request(patient)
    answers.complete(request.id, actor=actor, now=MONDAY_NOON)

    for act in (
        lambda: save(request, 1, 2, actor=actor),
        lambda: answers.complete(request.id, actor=actor, now=MONDAY_NOON),
    ):
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.code == "already_sent"


def test_a_program_answers_a_whole_instrument_and_the_last_one_sends(patient_and_actor):
    patient, actor = patient_and_actor
    request = factories.a_request(patient)

    first = factories.answered(request, actor, nrs_pain=[4])
    last = factories.answered(request, actor, distress=[1], phq4=[0, 0, 1, None])

    assert first.result == {"score": 4, "band": "moderate", "actions": ["pain_plan_of_care"], "baseline": None}
    assert (first.is_request_done, last.is_request_done) == (False, True)
    assert ScreenRequest.objects.get().status == "done"


@pytest.mark.parametrize(
    ("given", "code"),
    [((), "wrong_length"), ((1, 2), "wrong_length"), ((11,), "out_of_range"), ((True,), "out_of_range")],
)
def test_unreadable_answers_are_refused_and_store_nothing(patient_and_actor, given, code):
    patient, actor = patient_and_actor
    request = factories.a_request(patient)

    for act in (
        lambda: answers.answer_screen(AnswerScreen(request.id, "nrs-pain", given), actor=actor, now=MONDAY_NOON),
        lambda: save(request, 1, *given, actor=actor),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert (refused.value.code, refused.value.status) == (code, 422)
    assert not Screen.objects.exists()


def test_an_instrument_is_answered_once(patient_and_actor):
    patient, actor = patient_and_actor
    request = factories.a_request(patient)
    factories.answered(request, actor, nrs_pain=[4])

    with pytest.raises(Conflict) as refused:
        factories.answered(request, actor, nrs_pain=[1])

    assert refused.value.code == "already_answered"


def test_a_withdrawn_request_is_not_answered(patient_and_actor):
    patient, actor = patient_and_actor
    request = factories.a_request(patient)
    withdrawn = requests.withdraw(subject_id=request.subject_id, patient_id=patient.id, actor=actor, now=MONDAY_NOON)

    with pytest.raises(Conflict) as refused:
        save(request, 1, 2, actor=actor)

    assert withdrawn == 1
    assert refused.value.code == "not_needed"


def test_a_stranger_is_told_nothing(patient_and_actor):
    patient, _ = patient_and_actor
    _, stranger = factories.a_patient("stranger")
    request = factories.a_request(patient)

    for act in (
        lambda: save(request, 1, 2, actor=stranger),
        lambda: answers.complete(request.id, actor=stranger, now=MONDAY_NOON),
        lambda: answers.ask_for_call(request.id, actor=stranger, now=MONDAY_NOON),
        lambda: answers.answer_screen(AnswerScreen(request.id, "phq4", (0,)), actor=stranger, now=MONDAY_NOON),
        lambda: answers.complete(uuid4(), actor=stranger, now=MONDAY_NOON),
    ):
        with pytest.raises(NotFound):
            act()
    assert not Screen.objects.exists()


def test_a_caregivers_answers_are_marked_and_staff_need_their_code(patient_and_actor, monkeypatch):
    patient, _ = patient_and_actor
    caregiver = factories.staff_actor(factories.people.an_account("helper", role="caregiver"))
    unverified = factories.staff_actor(factories.people.staff("nurse", role="nurse_coordinator"), is_verified=False)
    request = factories.a_request(patient)

    with factories.vouching(monkeypatch, (caregiver, patient.id), (unverified, patient.id)):
        save(request, 1, 2, actor=caregiver)
        with pytest.raises(Forbidden) as refused:
            save(request, 2, 2, actor=unverified)

    assert Screen.objects.get().mode == "proxy"
    assert refused.value.code == "second_factor_needed"
