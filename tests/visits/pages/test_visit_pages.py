"""The home, one visit, its calendar file and its paper, moving it and calling it off."""

from __future__ import annotations

from datetime import UTC, timedelta

import icalendar
import pytest
from django.utils import timezone

from oncology_clinic.audit.models import Event
from tests import factories
from tests.visits.pages.conftest import QUESTIONS, a_visit
from tests.visits.pages.test_booking_wizard import words_of
from visits.models import Appointment, AppointmentEvent, BookingDraft

pytestmark = pytest.mark.django_db

PAGES = ("", "booked/", "move/", "cancel/", "print/", "calendar.ics")


def done(visit, *, days_ago=30):
    """The visit as if it had taken place."""
    start = timezone.now() - timedelta(days=days_ago)
    Appointment.objects.filter(id=visit.id).update(
        starts_at=start, ends_at=start + timedelta(minutes=45), status="completed"
    )


def test_it_says_what_will_stand_here_before_the_first_visit(clinic):
    page = words_of(clinic.client.get("/visits/"))

    assert "No visits yet. Book one when you are ready." in page


def test_it_shows_the_next_visit_with_its_steps(clinic):
    visit = a_visit(clinic)

    answer = clinic.client.get("/visits/")

    page = words_of(answer)
    assert "Your next visit" in page
    assert "10:00 am, Ohio time" in page
    assert "How are you feeling?" in page
    assert f"/visits/{visit.id}/move/" in answer.content.decode()


def test_it_shows_both_clocks_where_they_differ(clinic):
    far = factories.a_patient("far", time_zone="America/Denver")
    visit = a_visit(clinic, patient=far)

    page = words_of(factories.client_of(far.account).get(f"/visits/{visit.id}/"))

    assert "10:00 am, Ohio time" in page
    assert "8:00 am your time (Mountain)" in page


def test_it_books_a_past_visit_again_with_the_same_clinician_in_one_press(clinic):
    factories.a_working_clinician("other", site=clinic.site)
    done(a_visit(clinic))
    home = words_of(clinic.client.get("/visits/"))
    assert "Eating and nutrition again" in home

    begun = clinic.client.post(
        "/visits/begin/", {"service": "nutrition-counseling", "clinician": str(clinic.clinician.id)}
    )

    assert begun.status_code == 302
    assert BookingDraft.objects.count() == 1
    draft = begun.url.removesuffix("questions/")
    clinic.client.post(begun.url, QUESTIONS)
    narrowed, wide = clinic.client.get(f"{draft}time/"), clinic.client.get(f"{draft}time/?anyone=1")
    assert "These are times with Dr. Clinician." in words_of(narrowed)
    assert "These are times with" not in words_of(wide)


def test_it_tells_why_and_at_what_cost_on_the_page_of_a_visit(clinic):
    visit = a_visit(clinic)

    page = words_of(clinic.client.get(f"/visits/{visit.id}/"))

    assert "This kind of visit works well from home." in page
    assert "This is not a guarantee of payment." in page
    assert "614-555-0142" in page


def test_it_says_by_when_a_request_is_answered(clinic):
    visit = a_visit(clinic, service="new-patient-consult")

    page = words_of(clinic.client.get(f"/visits/{visit.id}/"))

    assert "Waiting for a decision" in page
    assert "We tell you by" in page


def test_it_gives_a_calendar_file_that_tells_nothing_of_illness(clinic):
    visit = a_visit(clinic, service="physical-exam-visit")

    answer = clinic.client.get(f"/visits/{visit.id}/calendar.ics")

    calendar = icalendar.Calendar.from_ical(answer.content)
    event = next(iter(calendar.walk("VEVENT")))
    assert answer["Content-Type"].startswith("text/calendar")
    assert calendar["method"] == "PUBLISH"
    assert event.decoded("dtstart") == clinic.monday_10.astimezone(UTC)
    assert str(event["summary"]) == "Visit with Lakeside Care"
    assert str(event["location"]) == "1 Lake Street"
    for word in (b"cancer", b"exam", b"Dr.", b"Ruth"):
        assert word.lower() not in answer.content.lower()


def test_it_prints_large_on_demand(clinic):
    visit = a_visit(clinic)

    answer = clinic.client.get(f"/visits/{visit.id}/print/?large=1")

    assert 'class="is-patient is-large-print"' in answer.content.decode()


# -- moving it ----------------------------------------------------------------------------------


def test_it_moves_a_visit_with_three_presses(clinic):
    visit = a_visit(clinic)
    later = clinic.monday_10 + timedelta(days=1)
    page = clinic.client.get(f"/visits/{visit.id}/move/?day={later.date()}")
    assert f'value="{later.astimezone(UTC).isoformat()}"' in page.content.decode()

    answer = clinic.client.post(
        f"/visits/{visit.id}/move/",
        {"start": later.isoformat(), "expected_start": clinic.monday_10.isoformat()},
        follow=True,
    )

    visit.refresh_from_db()
    assert visit.starts_at == later
    assert "Your visit has its new time." in words_of(answer)


def test_it_keeps_the_old_time_when_the_new_one_was_just_taken(clinic):
    visit, later = a_visit(clinic), clinic.monday_10 + timedelta(days=1)
    a_visit(clinic, patient=factories.a_patient("quicker"), start=later)

    answer = clinic.client.post(f"/visits/{visit.id}/move/", {"start": later.isoformat()})

    visit.refresh_from_db()
    assert answer.status_code == 409
    assert "That time was just taken" in words_of(answer)
    assert visit.starts_at == clinic.monday_10


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        ("", "Choose a time"),
        ("soon", "Choose a time from the list"),
        ("2020-01-01T10:00:00+00:00", "That time has passed"),
        ("9999-12-31T23:59:59-23:00", "Choose a time"),
    ],
)
def test_it_says_what_is_wrong_with_a_new_time(clinic, start, sentence):
    visit = a_visit(clinic)

    answer = clinic.client.post(f"/visits/{visit.id}/move/", {"start": start})

    visit.refresh_from_db()
    assert answer.status_code == 422
    assert sentence in words_of(answer)
    assert visit.starts_at == clinic.monday_10


# -- calling it off -------------------------------------------------------------------------------


def test_it_cancels_with_the_reason(clinic):
    visit = a_visit(clinic)

    answer = clinic.client.post(f"/visits/{visit.id}/cancel/", {"reason": "cannot_travel"}, follow=True)

    visit.refresh_from_db()
    assert visit.status == "cancelled"
    assert "Your visit is cancelled." in words_of(answer)
    assert AppointmentEvent.objects.filter(appointment=visit, kind="cancelled").count() == 1


@pytest.mark.parametrize("reason", ["", "nonsense"])
def test_it_asks_for_a_reason_of_the_list(clinic, reason):
    visit = a_visit(clinic)

    answer = clinic.client.post(f"/visits/{visit.id}/cancel/", {"reason": reason})

    visit.refresh_from_db()
    assert answer.status_code == 422
    assert "Choose a reason" in words_of(answer)
    assert visit.status == "booked"


def test_it_offers_no_change_of_a_visit_that_is_over(clinic):
    visit = a_visit(clinic)
    done(visit)

    page = clinic.client.get(f"/visits/{visit.id}/").content.decode()

    assert "/move/" not in page
    assert "/cancel/" not in page
    assert clinic.client.get(f"/visits/{visit.id}/move/").status_code == 409
    assert "can no longer be changed" in words_of(clinic.client.get(f"/visits/{visit.id}/cancel/"))


# -- who may see it ---------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["patient", "caregiver"])
def test_it_hides_a_visit_from_strangers_and_records_the_look(clinic, page, who):
    visit = a_visit(clinic)
    person = factories.a_patient("stranger") if who == "patient" else factories.a_caregiver("stranger")
    client = factories.client_of(person.account)
    before = Event.objects.filter(action=15).count()

    answer = client.get(f"/visits/{visit.id}/{page}")

    assert answer.status_code == 404
    assert Event.objects.filter(action=15).count() == before + 1


@pytest.mark.parametrize("act", ["move/", "cancel/"])
def test_it_lets_no_stranger_act(clinic, act):
    visit = a_visit(clinic)
    stranger = factories.client_of(factories.a_patient("stranger").account)
    fields = {"start": (clinic.monday_10 + timedelta(days=1)).isoformat(), "reason": "other"}
    sent = {"start": fields["start"]} if act == "move/" else {"reason": fields["reason"]}

    answer = stranger.post(f"/visits/{visit.id}/{act}", sent)

    visit.refresh_from_db()
    assert answer.status_code == 404
    assert (visit.status, visit.starts_at) == ("booked", clinic.monday_10)


def test_it_asks_a_caregiver_of_several_whose_visits(clinic):
    other, caregiver = factories.a_patient("other", legal_name="Samuel Whitfield"), factories.a_caregiver()
    factories.a_grant(clinic.patient, caregiver)
    factories.a_grant(other, caregiver)
    client = factories.client_of(caregiver.account)

    page = words_of(client.get("/visits/"))

    assert "Whose visits?" in page
    assert "Ruth Delgado" in page
    assert "Samuel Whitfield" in page


def test_it_shows_a_caregiver_nobody_else(clinic):
    other, caregiver = factories.a_patient("other"), factories.a_caregiver()
    factories.a_grant(clinic.patient, caregiver)
    factories.a_grant(other, caregiver, scopes=("billing",))
    client = factories.client_of(caregiver.account)

    assert client.get(f"/visits/for/{clinic.patient.id}/").status_code == 200
    assert client.get(f"/visits/for/{other.id}/").status_code == 404
    assert client.get(f"/visits/for/{other.id}/new/").status_code == 404


def test_it_tells_everybody_what_is_offered_and_how(client, db):
    answer = client.get("/visits/offered/")

    page = words_of(answer)
    assert answer.status_code == 200
    assert "Second opinion By video" in page
    assert "Radiation treatment" in page
    assert "Tumor board" not in page
