"""Sending: looked up at the last moment, once a row, one bad row never in the way of the others."""

from __future__ import annotations

import email
import threading
from datetime import timedelta
from email import policy
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection

from oncology_clinic.audit import events as audit
from oncology_clinic.audit.context import phi_context
from oncology_clinic.audit.contract import Action
from oncology_clinic.outbox import delivery
from oncology_clinic.outbox.delivery import DeliveryFailed
from tests.visits.reminders import factories
from tests.visits.reminders.factories import NOW
from visits.models import Appointment, Reminder
from visits.services import reminder_sending
from visits.services.reminder_sending import LEASE, MAX_ATTEMPTS, send_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def row():
    return factories.due(1)[0]


def mail() -> list[str]:
    folder = Path(settings.MAIL_DIR)
    return sorted(file.name for file in folder.glob("*.eml")) if folder.exists() else []


def texts() -> list[str]:
    folder = Path(settings.SMS_DIR)
    return [file.read_text() for file in folder.glob("*.txt")] if folder.exists() else []


def state(row) -> tuple[str, str]:
    row.refresh_from_db()
    return row.status, row.reason


def test_it_sends_what_is_due_and_marks_it(row):
    assert send_due(now=NOW) == 1

    assert state(row) == ("sent", "")
    assert (row.sent_at, row.lease, row.attempts) == (NOW, None, 1)
    assert mail() == [f"{row.idempotency_key}.eml"]


def test_it_records_the_sending(row, monkeypatch):
    recorded = []
    monkeypatch.setattr(audit, "record", lambda action, **told: recorded.append((action, told)))
    send_due(now=NOW)

    ((action, told),) = recorded
    assert action is Action.send
    assert (told["patient_id"], told["object_id"]) == (row.patient_id, row.id)
    assert "example.org" not in str(told)


def test_it_sends_once_however_often_it_is_rung(row):
    send_due(now=NOW)

    assert send_due(now=NOW + timedelta(minutes=5)) == 0
    assert len(mail()) == 1


def test_it_leaves_what_is_not_due_yet(row):
    assert send_due(now=NOW - timedelta(seconds=1)) == 0
    assert state(row) == ("due", "")


@pytest.mark.parametrize("status", ["cancelled", "missed", "expired", "requested", "completed", "in_progress"])
def test_it_stays_silent_when_the_visit_does_not_stand(row, status):
    Appointment.objects.update(status=status, request_due_at=NOW)
    send_due(now=NOW)

    assert state(row) == ("suppressed", f"visit_{status}")
    assert mail() == []


def test_it_stays_silent_when_the_visit_has_moved(row):
    later = row.visit_at + timedelta(days=1)
    Appointment.objects.update(starts_at=later, ends_at=later + timedelta(minutes=20))
    send_due(now=NOW)

    assert state(row) == ("suppressed", "moved")
    assert mail() == []


@pytest.mark.parametrize(
    ("late", "expected"), [(-1, ("sent", "")), (0, ("suppressed", "too_late")), (1, ("suppressed", "too_late"))]
)
def test_it_sends_nothing_from_not_after_on(row, late, expected):
    row.not_after = NOW - timedelta(seconds=late)
    row.save()
    send_due(now=NOW)

    assert state(row) == expected
    assert len(mail()) == (expected[0] == "sent")


def test_it_looks_up_channel_and_address_when_it_sends(row):
    row.patient.reminder_channel, row.patient.phone = "sms", "614-555-0199"
    row.patient.save()
    send_due(now=NOW)

    assert mail() == []
    assert texts()[0].startswith("To: 614-555-0199\n")


def test_it_says_so_when_there_is_no_address(row):
    row.patient.email = row.patient.phone = None
    row.patient.save()
    send_due(now=NOW)

    assert state(row) == ("failed", "no_contact")


def test_it_takes_the_other_channel_where_the_chosen_one_has_no_address(row):
    row.patient.reminder_channel, row.patient.phone = "sms", None
    row.patient.save()
    send_due(now=NOW)

    assert len(mail()) == 1


@pytest.mark.parametrize(
    ("not_after", "expected"),
    [(timedelta(hours=24), ("due", "")), (timedelta(hours=3), ("suppressed", "quiet_hours"))],
)
def test_it_waits_out_the_quiet_hours_when_the_worker_is_late(row, not_after, expected):
    late = NOW + timedelta(hours=9)  # 23:00 in Ohio
    row.not_after = late + not_after
    row.save()
    send_due(now=late)

    assert state(row) == expected
    assert mail() == []
    if expected[0] == "due":
        assert row.due_at == late + timedelta(hours=9)  # 8:00
        assert send_due(now=row.due_at) == 1
        assert len(mail()) == 1


# -- the words ----------------------------------------------------------------------------------


def letter_for(**patient_fields) -> str:
    row = factories.due(1)[0]
    for name, value in patient_fields.items():
        setattr(row.patient, name, value)
    row.patient.save()
    send_due(now=NOW)
    if patient_fields.get("reminder_channel") == "sms":
        return texts()[0]
    parsed = email.message_from_bytes((Path(settings.MAIL_DIR) / mail()[0]).read_bytes(), policy=policy.default)
    return f"{parsed['Subject']}\n{parsed.get_content()}"


@pytest.mark.parametrize("channel", ["email", "sms"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_it_says_nothing_about_the_care(channel, language):
    text = letter_for(reminder_channel=channel, language=language).lower()

    for word in ("cancer", "cáncer", "oncolog", "result", "okafor", "jordan", "reyes", "chemo", "undefined", "{{"):
        assert word not in text
    assert "lakeside care" in text
    assert "http://testserver/visits/" in text


@pytest.mark.parametrize(
    ("language", "zone", "words"),
    [
        ("en", "America/New_York", ["Tuesday, December 1", "2:00 pm"]),
        ("es", "America/New_York", ["martes 1 de diciembre", "2:00 p.m.", "Su visita"]),
        ("en", "America/Los_Angeles", ["Tuesday, December 1", "11:00 am"]),
        ("xx", "America/New_York", ["Your visit"]),
    ],
)
def test_it_writes_in_the_patients_language_and_zone(language, zone, words):
    text = letter_for(language=language, time_zone=zone)

    for word in words:
        assert word in text


# -- faults ---------------------------------------------------------------------------------------


def test_it_goes_on_when_one_row_fails(monkeypatch):
    first, second, third = factories.due(3)
    real = delivery.deliver

    def break_second(letter):
        if letter.idempotency_key == second.idempotency_key:
            raise RuntimeError("a bug in one row")
        real(letter)

    monkeypatch.setattr(reminder_sending, "deliver", break_second)
    assert send_due(now=NOW) == 3

    assert [state(one) for one in (first, second, third)] == [("sent", ""), ("due", "error"), ("sent", "")]


def test_it_waits_longer_each_time_and_gives_up(row, monkeypatch):
    def unreachable(letter):
        raise DeliveryFailed("mail_unreachable")

    monkeypatch.setattr(reminder_sending, "deliver", unreachable)
    moment, waits = NOW, []
    while state(row)[0] == "due":
        assert send_due(now=moment) == 1
        row.refresh_from_db()
        waits.append((row.due_at - moment).total_seconds() / 60)
        moment = max(row.due_at, moment)

    assert waits[:-1] == [1, 2, 4, 8]
    assert state(row) == ("failed", "mail_unreachable")
    assert row.attempts == MAX_ATTEMPTS


@pytest.mark.parametrize("code", ["bad_address", "recipient_refused", "no_channel"])
def test_it_does_not_try_again_what_trying_cannot_mend(row, monkeypatch, code):
    def refuse(letter):
        raise DeliveryFailed(code)

    monkeypatch.setattr(reminder_sending, "deliver", refuse)
    send_due(now=NOW)

    assert state(row) == ("failed", code)


def test_it_gives_back_the_row_of_a_worker_that_is_gone(row):
    row.status, row.lease, row.lease_until, row.attempts = "leased", uuid4(), NOW + LEASE, 1
    row.save()

    assert send_due(now=NOW + LEASE - timedelta(seconds=1)) == 0
    assert send_due(now=NOW + LEASE) == 1
    assert state(row) == ("sent", "")


def test_it_gives_up_on_a_row_whose_worker_dies_each_time(row):
    row.status, row.lease, row.lease_until, row.attempts = "leased", uuid4(), NOW, MAX_ATTEMPTS
    row.save()
    send_due(now=NOW)

    assert state(row) == ("failed", "too_many_attempts")


def test_it_leaves_no_mark_on_a_row_that_was_withdrawn_while_it_was_sent(row, monkeypatch):
    """The visit is cancelled between the last look and the mark: the letter is out, the row says cancelled."""
    real = delivery.deliver

    def cancel_meanwhile(letter):
        real(letter)
        Reminder.objects.update(status="suppressed", reason="cancelled", lease=None, lease_until=None)

    monkeypatch.setattr(reminder_sending, "deliver", cancel_meanwhile)
    send_due(now=NOW)

    assert state(row) == ("suppressed", "cancelled")


def test_it_makes_one_letter_when_killed_between_sending_and_marking(row, monkeypatch):
    """The one step that is at-least-once: the file channel makes the same key one file."""

    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(reminder_sending, "_settle", killed)
    with pytest.raises(KeyboardInterrupt):
        send_due(now=NOW)
    assert state(row)[0] == "leased"
    monkeypatch.undo()

    send_due(now=NOW + LEASE)
    assert state(row) == ("sent", "")
    assert mail() == [f"{row.idempotency_key}.eml"]
    assert row.attempts == 2


@pytest.mark.django_db(transaction=True)
def test_it_sends_each_once_when_several_workers_run_at_the_same_time(monkeypatch):
    factories.due(40)
    sent: list[str] = []
    real = delivery.deliver

    def counted(letter):
        sent.append(letter.idempotency_key)
        real(letter)

    monkeypatch.setattr(reminder_sending, "deliver", counted)

    def work():
        try:
            with phi_context("test worker"):
                while send_due(now=NOW, limit=7):
                    pass
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(sent) == len(set(sent)) == len(mail()) == 40
    assert set(Reminder.objects.phi_values("status", reason="test", flat=True)) == {"sent"}
