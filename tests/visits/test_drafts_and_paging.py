"""Half made bookings, and who is told of what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import settings

from oncology_clinic.actors import system_actor
from oncology_clinic.errors import NotFound, Refusal
from oncology_clinic.outbox import registry
from oncology_clinic.outbox import services as outbox
from oncology_clinic.outbox.models import OutboxMessage
from tests import factories
from visits import handlers
from visits.forms import CancelForm, DecideRequestForm, HoldForm
from visits.presenters import catalogue
from visits.services import booking, calendar, emergencies, paging, requests, wizard
from visits.services.commands import Answers, BookCommand

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_it_deletes_the_bookings_nobody_finished_and_only_those():
    me = factories.patient_actor(factories.a_patient())
    other = factories.patient_actor(factories.a_patient("other"))
    begun = wizard.BeginCommand("nutrition-counseling")
    old = wizard.begin(begun, actor=me, now=NOW - timedelta(hours=2))
    young = wizard.begin(begun, actor=other, now=NOW)

    deleted = wizard.clear_expired(actor=system_actor("visits.clear_drafts"), now=NOW)

    assert deleted == 1
    assert wizard.one(young.id, actor=other, now=NOW).id == young.id
    with pytest.raises(NotFound):
        wizard.one(old.id, actor=me, now=NOW - timedelta(hours=2))


@pytest.mark.django_db
def test_it_pages_the_on_call_list_and_the_coordinators_without_a_word_of_whom():
    clinician = factories.a_working_clinician()
    factories.a_coordinator()
    patient = factories.a_patient(legal_name="Wilhelmina Testperson")
    command = BookCommand(
        "nutrition-counseling",
        NOW,
        clinician.id,
        location="OH",
        answers=Answers(flags=("chest_pain_new",)),
    )
    with pytest.raises(Refusal):
        booking.book(command, actor=factories.patient_actor(patient), now=NOW)

    outbox.relay(NOW, limit=20)

    assert not OutboxMessage.objects.filter(done_at__isnull=True).exists()
    letters = "".join(path.read_text() for path in settings.MAIL_DIR.rglob("*") if path.is_file())
    assert settings.ON_CALL_EMAILS[0] in letters
    assert "coordinator@example.org" in letters
    assert "Wilhelmina" not in letters
    assert "chest" not in letters


def test_it_has_a_subscriber_for_everything_visits_publishes():
    own = (booking.BOOKED, booking.REQUESTED, calendar.RESCHEDULED, calendar.CANCELLED, requests.DECIDED)
    for topic in (*own, emergencies.TOPIC, handlers.FLAG_RAISED):
        assert len(registry.handlers_of(topic)) == 1, topic
    assert paging.ACTOR.label == "visits.paging"


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (CancelForm({}, appointment_id=uuid4()), "reason"),
        (DecideRequestForm({"verdict": "maybe", "reason": "So"}, appointment_id=uuid4()), "verdict"),
        (DecideRequestForm({"verdict": "in_person"}, appointment_id=uuid4()), "reason"),
        (HoldForm({"service": "nutrition-counseling", "start": "soon"}), "start"),
    ],
)
def test_it_refuses_a_form_with_a_sentence(form, field):
    assert not form.is_valid()
    assert form.errors[field]


def test_it_keeps_a_persons_own_words_beside_the_code_other():
    form = CancelForm({"reason": "My dog is ill."}, appointment_id=uuid4())

    assert form.is_valid()
    assert (form.command().reason, form.command().words) == ("other", "My dog is ill.")


def test_h26_it_says_on_the_landing_page_what_is_offered_where():
    offered = catalogue.offered()

    assert {"label", "how"} == set(offered["in_person"][0])
    assert any("Infusion" in one["label"] for one in offered["in_person"])
    assert any("Genetic" in one["label"] for one in offered["by_video_or_phone"])
    assert any("First visit with a cancer doctor" in one["label"] for one in offered["depends"])
    assert not any("Expert review" in one["label"] for group in offered.values() for one in group)
