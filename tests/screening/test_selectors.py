"""Signals for routing, trends for the day list: in one statement, whatever the number of rows."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from screening.selectors import alerts, requests, signals, trends
from tests.screening import factories
from tests.screening.factories import MONDAY_NOON

pytestmark = pytest.mark.django_db


def days_ago(days):
    return MONDAY_NOON - dt.timedelta(days=days)


def test_signals_are_the_last_pain_and_the_one_before():
    patient, actor = factories.a_patient()
    for days, pain in ((9, 1), (6, 4), (3, None), (1, 6)):
        factories.a_screen(patient, actor, now=days_ago(days), nrs_pain=[pain])
    factories.a_screen(patient, actor, now=days_ago(2), phq9=[0] * 8 + [2])

    with CaptureQueriesContext(connection) as statements:
        found = signals.signals(patient.id, now=MONDAY_NOON)

    assert len(statements) == 1
    assert (found.pain_now, found.pain_baseline, found.pain_at) == (6, 4, days_ago(1))
    assert found.phq9_item9 == 2


def test_signals_know_nothing_of_the_future_or_of_others():
    patient, actor = factories.a_patient()
    other, other_actor = factories.a_patient("other")
    factories.a_screen(patient, actor, now=MONDAY_NOON + dt.timedelta(days=1), nrs_pain=[9])
    factories.a_screen(other, other_actor, now=days_ago(1), nrs_pain=[8])

    assert signals.signals(patient.id, now=MONDAY_NOON) == signals.ScreenSignals()


def test_item_nine_counts_though_the_total_cannot_be_scored():
    patient, actor = factories.a_patient()
    factories.a_screen(patient, actor, phq9=[None] * 8 + [1])

    assert signals.signals(patient.id, now=MONDAY_NOON).phq9_item9 == 1


def test_item_nine_left_out_is_not_known():
    patient, actor = factories.a_patient()
    factories.a_screen(patient, actor, phq9=[0] * 8 + [None])

    assert signals.signals(patient.id, now=MONDAY_NOON).phq9_item9 is None


@pytest.mark.parametrize("how_many", [1, 4])
def test_trends_of_a_day_list_are_one_statement(how_many):
    people = [factories.a_patient(f"patient{number}") for number in range(how_many)]
    for patient, actor in people:
        for days, pain in ((4, 1), (3, 2), (2, None), (1, 4)):
            factories.a_screen(patient, actor, now=days_ago(days), nrs_pain=[pain])
        factories.a_screen(patient, actor, now=days_ago(1), distress=[7])

    with CaptureQueriesContext(connection) as statements:
        found = trends.trends([patient.id for patient, _ in people], limit=3)

    assert len(statements) == 1
    assert all(found[patient.id].pain == [2, None, 4] for patient, _ in people)
    assert all(found[patient.id].distress == [7] for patient, _ in people)


def test_open_alerts_of_many_patients_are_one_statement():
    (one, one_actor), (two, two_actor), (calm, _) = (factories.a_patient(name) for name in ("one", "two", "calm"))
    factories.a_screen(one, one_actor, nrs_pain=[8])
    factories.a_screen(one, one_actor, distress=[8])
    factories.a_screen(two, two_actor, distress=[4])

    with CaptureQueriesContext(connection) as statements:
        found = alerts.open_alerts_of([one.id, two.id, calm.id])

    assert len(statements) == 1
    assert [alert.severity for alert in found[one.id]] == ["soon", "routine"]
    assert set(found) == {one.id, two.id}
    assert alerts.patients_with_open_alerts([one.id, calm.id]) == {one.id}


def test_what_waits_stands_first_and_requests_are_found_by_subject():
    patient, actor = factories.a_patient()
    done = factories.a_request(patient, now=days_ago(2), instruments=["nrs-pain"])
    factories.answered(done, actor, nrs_pain=[0])
    later = factories.a_request(patient, now=MONDAY_NOON)
    sooner = factories.a_request(patient, now=days_ago(1))

    assert [request.id for request in requests.of_patient(patient.id)] == [sooner.id, later.id, done.id]
    assert [request.id for request in requests.waiting(patient.id)] == [sooner.id, later.id]
    assert requests.of_subjects([done.subject_id, later.subject_id]) == {done.subject_id: done, later.subject_id: later}
