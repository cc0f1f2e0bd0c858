"""The ledger: one row each, planned, planned anew and withdrawn with the visit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.visits.reminders import factories
from tests.visits.reminders.factories import NOW, START
from visits.models import Reminder
from visits.services import reminder_sending, reminders

pytestmark = pytest.mark.django_db
EARLY = NOW - timedelta(days=9)


@pytest.fixture
def visit():
    return factories.appointment(*factories.people())


def rows(**only):
    return {(row.offset_minutes // 60, row.status, row.reason) for row in Reminder.objects.filter(**only)}


def test_it_plans_a_visit_in_one_insert(visit):
    with CaptureQueriesContext(connection) as queries:
        assert reminders.plan(visit, patient=visit.patient, now=EARLY) == 3

    assert len(queries) == 1
    assert rows() == {(72, "due", ""), (24, "due", ""), (2, "due", "")}


def test_it_holds_no_address_and_no_text(visit):
    reminders.plan(visit, patient=visit.patient, now=EARLY)
    with connection.cursor() as cursor:
        cursor.execute("select string_agg(row_to_json(r)::text, '') from visits_reminder r")
        (text,) = cursor.fetchone()

    for secret in ("example.org", "614-555", "Jordan", "Reyes", "results-review", "Okafor"):
        assert secret not in text


def test_it_plans_a_visit_twice_without_a_second_row(visit):
    reminders.plan(visit, patient=visit.patient, now=EARLY)
    reminders.plan(visit, patient=visit.patient, now=EARLY)

    assert Reminder.objects.count() == 3


def test_it_never_plans_again_what_has_been_sent(visit):
    reminders.plan(visit, patient=visit.patient, now=EARLY)
    reminder_sending.send_due(now=NOW - timedelta(hours=48))
    reminders.plan(visit, patient=visit.patient, now=NOW - timedelta(hours=48))

    assert rows() == {(72, "sent", ""), (24, "due", ""), (2, "due", "")}


def test_it_refuses_a_second_row_in_the_database(visit):
    factories.reminder(visit)

    with pytest.raises(IntegrityError), transaction.atomic():
        factories.reminder(visit)
    factories.reminder(visit, channel="sms")
    factories.reminder(visit, offset_minutes=120)


@pytest.mark.parametrize(
    "broken", [{"status": "sent"}, {"status": "leased"}, {"status": "failed"}, {"status": "suppressed"}]
)
def test_it_refuses_a_row_that_does_not_say_what_happened(visit, broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.reminder(visit, **broken)


def test_it_moves_with_the_visit_in_two_statements(visit):
    reminders.plan(visit, patient=visit.patient, now=EARLY)
    reminder_sending.send_due(now=NOW - timedelta(hours=48))  # the first has gone out
    keys = set(Reminder.objects.phi_values("idempotency_key", reason="test", flat=True))
    visit.starts_at = START + timedelta(days=7)
    visit.ends_at = visit.starts_at + timedelta(minutes=20)
    visit.save()

    with CaptureQueriesContext(connection) as queries:
        reminders.replan(visit, patient=visit.patient, now=NOW)

    assert len(queries) == 2
    assert rows(visit_at=visit.starts_at) == {(72, "due", ""), (24, "due", ""), (2, "due", "")}
    assert Reminder.objects.count() == 3
    assert not keys & set(Reminder.objects.phi_values("idempotency_key", reason="test", flat=True))


def test_it_suppresses_what_the_new_time_has_no_room_for(visit):
    reminders.plan(visit, patient=visit.patient, now=EARLY)
    visit.starts_at = NOW + timedelta(hours=5)
    reminders.replan(visit, patient=visit.patient, now=NOW)

    assert rows() == {(72, "suppressed", "moved"), (24, "suppressed", "moved"), (2, "due", "")}


def test_it_withdraws_what_has_not_been_sent(visit):
    reminders.plan(visit, patient=visit.patient, now=EARLY)
    reminder_sending.send_due(now=NOW - timedelta(hours=48))

    assert reminders.withdraw(appointment_id=visit.id, now=NOW) == 2
    assert rows() == {(72, "sent", ""), (24, "suppressed", "cancelled"), (2, "suppressed", "cancelled")}


def test_it_counts_what_should_have_gone_and_did_not(visit):
    factories.reminder(visit, not_after=NOW)

    assert Reminder.objects.overdue(NOW).count() == 1
    assert Reminder.objects.overdue(NOW - timedelta(seconds=1)).count() == 0
