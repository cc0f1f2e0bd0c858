"""Letters of the outbox: what became of a visit, once each, and the page to the on-call list."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings

from oncology_clinic.outbox import registry
from tests.visits.reminders import factories
from tests.visits.reminders.factories import NOW
from visits.services import notices

pytestmark = pytest.mark.django_db


def letters() -> dict[str, str]:
    folder = Path(settings.MAIL_DIR)
    return {file.name: file.read_text() for file in folder.glob("*.eml")} if folder.exists() else {}


def tell(topic: str, status: str) -> dict[str, str]:
    visit = factories.appointment(*factories.people(), status=status, request_due_at=NOW)
    notices.tell_patient(visit.id, topic=topic, message_id=uuid4(), now=NOW)
    return letters()


@pytest.mark.parametrize(
    ("topic", "status", "subject"),
    [
        ("visits.appointment_booked", "booked", "Your visit is booked"),
        ("visits.appointment_requested", "requested", "We have your request"),
        ("visits.appointment_rescheduled", "booked", "Your visit has a new time"),
        ("visits.appointment_cancelled", "cancelled", "Your visit is cancelled"),
        ("visits.request_decided", "booked", "Your visit is booked"),
        ("visits.request_decided", "cancelled", "About your request"),
    ],
)
def test_it_tells_the_patient_what_became_of_the_visit(topic, status, subject):
    ((_, text),) = tell(topic, status).items()

    assert f"Subject: {subject}" in text
    for word in ("ancer", "result", "Okafor", "Reyes", "UNDEFINED"):
        assert word not in text


@pytest.mark.parametrize(
    ("topic", "status"),
    [("visits.appointment_booked", "cancelled"), ("visits.appointment_rescheduled", "cancelled")],
)
def test_it_leaves_out_what_has_been_overtaken(topic, status):
    assert tell(topic, status) == {}


@pytest.mark.parametrize("topic", sorted(notices.LETTERS))
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("channel", ["email", "sms"])
def test_it_has_every_letter_in_every_language_and_channel(topic, language, channel):
    for name in notices.LETTERS[topic].values():
        assert Path(f"templates/{channel}/{name}.{language}.txt").exists()


def test_it_is_one_letter_for_one_message():
    visit, message = factories.appointment(*factories.people()), uuid4()
    for _ in range(2):
        notices.tell_patient(visit.id, topic="visits.appointment_booked", message_id=message, now=NOW)

    assert len(letters()) == 1


def test_it_says_nothing_to_somebody_without_an_address():
    who, clinician, site = factories.people()
    who.email = who.phone = None
    who.save()
    visit = factories.appointment(who, clinician, site)

    assert not notices.tell_patient(visit.id, topic="visits.appointment_booked", message_id=uuid4(), now=NOW)


def test_it_listens_to_every_topic():
    for topic in notices.LETTERS:
        assert len(registry.handlers_of(topic)) == 1
