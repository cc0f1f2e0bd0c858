"""The wizard through Django's client: from the home to the proof, and what stops it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from oncology_clinic.audit.models import Event
from screening.models import Alert
from tests import factories
from tests.visits.pages.conftest import QUESTIONS, a_visit, answered, begun, slot_of
from visits.models import Appointment, BookingDraft, RoutingDecision

NOBODYS = "01930000-0000-7000-8000-000000000000"  # an id that no row has

pytestmark = pytest.mark.django_db


def words_of(answer) -> str:
    """What a person reads: no tags, one space."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def hidden_of(answer) -> dict:
    """The hidden fields of the form that books."""
    form = answer.content.decode().split('action="/visits/book/"')[1].split("</form>")[0]
    pairs = re.findall(r'<input type="hidden" name="(?!csrf)([^"]+)" value="([^"]*)"', form)
    sent: dict = {}
    for name, value in pairs:
        sent.setdefault(name, []).append(unescape(value))
    return sent


def timed(clinic, draft, *, client=None, start=None):
    answer = (client or clinic.client).post(f"{draft}time/", {"slot": slot_of(clinic, start)})
    assert answer.status_code == 302, words_of(answer)
    return answer.url


def test_it_leads_from_the_home_to_the_proof_in_four_pages(clinic):
    home = clinic.client.get("/visits/")
    assert "Or in one step" in words_of(home)
    draft = begun(clinic)
    questions = clinic.client.get(f"{draft}questions/")
    assert '<option value="OH" selected>' in questions.content.decode()
    answer = clinic.client.post(f"{draft}questions/", QUESTIONS)
    times = clinic.client.get(answer.url)
    assert "This visit is by video" in words_of(times)
    assert "works well from home" in words_of(times)
    assert "This is not a guarantee of payment" in words_of(times)
    check = clinic.client.get(timed(clinic, draft))

    booked = clinic.client.post("/visits/book/", hidden_of(check), follow=True)

    kept = Appointment.objects.get()
    assert (kept.status, kept.starts_at) == ("booked", clinic.monday_10)
    assert booked.request["PATH_INFO"] == f"/visits/{kept.id}/booked/"
    assert "Your visit is booked" in words_of(booked)
    assert f"/visits/{kept.id}/calendar.ics" in booked.content.decode()
    assert not BookingDraft.objects.exists()


def test_it_books_once_however_often_the_button_is_pressed(clinic):
    check = clinic.client.get(timed(clinic, answered(clinic)))
    sent = hidden_of(check)

    first = clinic.client.post("/visits/book/", sent)
    second = clinic.client.post("/visits/book/", sent)

    assert (first.status_code, second.status_code) == (302, 302)
    assert first.url == second.url
    assert Appointment.objects.count() == 1


def test_it_takes_the_same_keys_as_the_programs_door(clinic):
    answer = clinic.client.post(
        "/visits/book/",
        {
            "service": "nutrition-counseling",
            "start": clinic.monday_10.isoformat(),
            "clinician": str(clinic.clinician.id),
            "location": "OH",
            "pain_now": "2",
        },
    )

    assert answer.status_code == 302
    assert Appointment.objects.get().service == "nutrition-counseling"


@pytest.mark.parametrize(("flag", "has_988"), [("chest_pain_new", False), ("suicide_plan_or_intent", True)])
def test_it_stops_at_an_emergency_answer_and_records_it(clinic, flag, has_988):
    draft = begun(clinic)

    answer = clinic.client.post(f"{draft}questions/", {**QUESTIONS, "flags": [flag]})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="tel:911"' in page
    assert ('href="tel:988"' in page) is has_988
    assert "614-555-0142" in page
    assert not Appointment.objects.exists()
    assert RoutingDecision.objects.count() == 1
    assert Alert.objects.get().kind == "emergency"
    assert Event.objects.filter(action=44).count() == 1


def test_it_does_not_keep_emergency_answers_in_the_draft(clinic):
    draft = begun(clinic)
    clinic.client.post(f"{draft}questions/", {**QUESTIONS, "flags": ["chest_pain_new"]})

    again = clinic.client.get(f"{draft}time/")

    assert again.status_code == 302
    assert again.url == f"{draft}questions/"


def test_it_stops_an_emergency_posted_straight_to_the_last_step(clinic):
    answer = clinic.client.post(
        "/visits/book/",
        {
            "service": "nutrition-counseling",
            "start": clinic.monday_10.isoformat(),
            "clinician": str(clinic.clinician.id),
            "location": "OH",
            "flags": ["anaphylaxis"],
        },
    )

    assert answer.status_code == 422
    assert 'href="tel:911"' in answer.content.decode()


def test_it_brings_a_red_flag_in_today(clinic):
    draft = answered(clinic, flags=["jaundice_new"])

    page = words_of(clinic.client.get(f"{draft}time/"))

    assert "This visit is at the clinic" in page
    assert "see you in person today" in page
    assert "Take the first time today" in page


def test_it_asks_a_clinician_where_the_rules_cannot_decide(clinic):
    draft = answered(clinic, service="new-patient-consult")
    times = words_of(clinic.client.get(f"{draft}time/"))
    check = clinic.client.get(timed(clinic, draft))
    proof = words_of(clinic.client.post("/visits/book/", hidden_of(check), follow=True))

    assert "A clinician will decide" in times
    assert "Ask for this visit" in words_of(check)
    assert "We have your request" in proof
    assert "We tell you by" in proof
    assert Appointment.objects.get().status == "requested"


def test_it_offers_choices_where_the_law_says_no(clinic):
    draft = answered(clinic, location="TX", travel=["cannot_travel"])

    answer = clinic.client.get(f"{draft}time/")
    page = words_of(answer)
    come_in = clinic.client.post(f"{draft}instead/", {"choice": "come_in"}, follow=True)

    assert answer.status_code == 200
    assert "We cannot set up this visit this way" in page
    assert "What you can do" in page
    assert "This visit is at the clinic" in words_of(come_in)


def test_it_offers_ways_round_a_plan_that_does_not_pay_from_home(clinic):
    factories.a_member(clinic.patient, factories.a_plan())
    factories.a_rule("no-video", decision="not_covered", modality=("video",))
    factories.a_rule("phone", decision="covered", modality=("audio",))
    factories.a_rule("clinic", decision="covered", modality=("in_person",))
    draft = answered(clinic)

    page = words_of(clinic.client.get(f"{draft}time/"))
    home = clinic.client.post(f"{draft}instead/", {"choice": "pay_self"}, follow=True)

    assert "This visit is at the clinic" in page
    assert "Stay at home and pay for it myself" in page
    assert "This visit is by video" in words_of(home)


def test_it_shows_the_next_times_when_the_time_was_just_taken(clinic):
    check = clinic.client.get(timed(clinic, answered(clinic, pain_now="3")))
    a_visit(clinic, patient=factories.a_patient("quicker"))

    answer = clinic.client.post("/visits/book/", hidden_of(check))

    assert answer.status_code == 409
    assert "That time was just taken" in words_of(answer)
    assert "<title>Error:" in answer.content.decode()
    assert answer.content.decode().count('name="slot"') > 3
    assert "10:00 am" not in words_of(answer)
    assert Appointment.objects.count() == 1


def test_it_shows_the_next_times_also_without_a_draft(clinic):
    a_visit(clinic, patient=factories.a_patient("quicker"))
    sent = {
        "service": "nutrition-counseling",
        "start": clinic.monday_10.isoformat(),
        "clinician": str(clinic.clinician.id),
        "location": "OH",
        "pain_now": "2",
    }

    answer = clinic.client.post("/visits/book/", sent)

    again = hidden_of(answer)
    assert answer.status_code == 409
    assert again["pain_now"] == ["2"]
    assert "start" not in again
    assert answer.content.decode().count('name="start"') == 5


# -- what is typed ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"flags": []}, "Tick what you have, or"),
        ({"flags": ["none", "jaundice_new"]}, "Leave only what is true"),
        ({"flags": ["nonsense"]}, "Tick only answers from the list"),
        ({"temp_f": "hot"}, "Write the temperature as a number"),
        ({"temp_f": "300"}, "from 86 to 113"),
        ({"pain_now": "11"}, "Choose a number from 0 to 10"),
        ({"location": "ZZ"}, "Choose a state from the list"),
        ({"comm_language": "xx"}, "Choose a language from the list"),
        ({"surprise": "1"}, "We do not know what to do with"),
    ],
)
def test_it_says_what_to_mend_and_keeps_what_was_typed(clinic, fields, sentence):
    draft = begun(clinic)

    answer = clinic.client.post(f"{draft}questions/", {**QUESTIONS, "location": "KY", **fields})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in words_of(answer)
    assert "<title>Error:" in page
    assert 'class="error-summary"' in page
    if "location" not in fields:
        assert '<option value="KY" selected>' in page


@pytest.mark.parametrize(
    "slot", ["", "soon", "2026-12-01T10:00:00|x", "2026-12-01T10:00:00+00:00|not-an-id", "|" * 200]
)
def test_it_asks_for_a_time_from_the_list(clinic, slot):
    draft = answered(clinic)

    answer = clinic.client.post(f"{draft}time/", {"slot": slot})

    assert answer.status_code == 422
    assert "Choose a time" in words_of(answer)


def test_it_refuses_a_time_that_has_passed_with_the_times_to_come(clinic):
    draft = answered(clinic)
    past = timezone.now() - timedelta(days=7)
    check = clinic.client.get(timed(clinic, draft, start=past))

    answer = clinic.client.post("/visits/book/", hidden_of(check))

    assert answer.status_code == 422
    assert "That time has passed" in words_of(answer)
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("service", ["", "nonsense", "tumor-board", "surgery"])
def test_it_begins_only_what_a_patient_can_book(clinic, service):
    answer = clinic.client.post("/visits/begin/", {"service": service})

    assert answer.status_code == 422
    assert not BookingDraft.objects.exists()


@pytest.mark.parametrize(
    "query", ["day=never", "day=2026-99-99", "from=0001-01-01", "from=9999-12-31", "day=1999-01-01"]
)
def test_it_shows_the_first_days_for_a_broken_link(clinic, query):
    draft = answered(clinic)

    assert clinic.client.get(f"{draft}time/?{query}").status_code == 200


def test_it_starts_again_after_a_draft_ran_out(clinic):
    draft = answered(clinic)
    BookingDraft.objects.update(expires_at=timezone.now() - timedelta(minutes=1))

    for answer in (clinic.client.get(f"{draft}time/"), clinic.client.post(f"{draft}questions/", QUESTIONS)):
        assert (answer.status_code, answer.url) == (302, "/visits/new/")


def test_it_leads_back_to_the_answers_after_a_change(clinic):
    draft = answered(clinic)
    check = clinic.client.get(timed(clinic, draft)).content.decode()
    assert f"{draft}questions/?next=check#id_location" in check

    changed = clinic.client.post(f"{draft}questions/", {**QUESTIONS, "pref": "in_person", "next": "check"})

    page = words_of(clinic.client.get(changed.url))
    assert changed.url == f"{draft}check/"
    assert "This visit is at the clinic" in page


def test_it_shows_again_what_was_told(clinic):
    draft = answered(clinic, temp_f="99.2", pain_now="3", needs=["deaf_hoh"], travel=["barrier"])

    page = clinic.client.get(f"{draft}questions/").content.decode()

    for piece in ('value="none" id="id_flags_19" checked', 'value="99.2"', 'id="id_pain_now_3" checked'):
        assert piece in page
    for piece in ('value="deaf_hoh" id="id_needs_0" checked', 'value="barrier" id="id_travel_1" checked'):
        assert piece in page


# -- the stranger -------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["questions/", "time/", "check/"])
def test_it_hides_a_draft_from_everybody_else(clinic, page):
    draft = answered(clinic)
    stranger = factories.client_of(factories.a_patient("stranger").account)
    before = Event.objects.filter(action=15).count()

    answer = stranger.get(f"{draft}{page}")

    assert answer.status_code == 404
    assert Event.objects.filter(action=15).count() == before + 1


def test_it_books_for_nobody_else(clinic):
    other = factories.a_patient("other")

    answer = clinic.client.post("/visits/begin/", {"service": "nutrition-counseling", "patient": str(other.id)})

    assert answer.status_code == 404
    assert not BookingDraft.objects.exists()


@pytest.mark.parametrize("path", ["/visits/", "/visits/new/", f"/visits/drafts/{NOBODYS}/time/", f"/visits/{NOBODYS}/"])
def test_it_sends_nobody_to_sign_in(client, db, path):
    answer = client.get(path)

    assert answer.status_code == 302
    assert answer.url.startswith("/account/sign-in/")


@pytest.mark.parametrize("path", ["/visits/drafts/nonsense/time/", "/visits/nonsense/", "/visits/for/1/"])
def test_it_knows_no_page_without_an_id(clinic, path):
    assert clinic.client.get(path).status_code == 404


# -- somebody who helps -----------------------------------------------------------------------------


def test_it_lets_a_caregiver_book_for_the_person_they_help(clinic):
    caregiver = factories.a_caregiver()
    factories.a_grant(clinic.patient, caregiver)
    client = factories.client_of(caregiver.account)
    home = client.get("/visits/", follow=True)
    assert "You are acting for Ruth Delgado" in words_of(home)
    draft = begun(clinic, client=client, patient=str(clinic.patient.id))
    client.post(f"{draft}questions/", QUESTIONS)
    check = client.get(timed(clinic, draft, client=client))
    assert "You are acting for Ruth Delgado" in words_of(check)

    proof = client.post("/visits/book/", hidden_of(check), follow=True)

    kept = Appointment.objects.get()
    assert kept.patient_id == clinic.patient.id
    assert "You are acting for Ruth Delgado" in words_of(proof)


def test_it_ends_a_caregivers_draft_with_the_grant(clinic):
    caregiver = factories.a_caregiver()
    grant = factories.a_grant(clinic.patient, caregiver)
    client = factories.client_of(caregiver.account)
    draft = begun(clinic, client=client, patient=str(clinic.patient.id))
    grant.revoked_at, grant.revoke_reason = timezone.now(), "patient_ended"
    grant.save()

    assert client.get(f"{draft}questions/").status_code == 404


def test_it_asks_a_caregiver_for_whom_before_what(clinic):
    caregiver = factories.a_caregiver()
    factories.a_grant(clinic.patient, caregiver)
    client = factories.client_of(caregiver.account)

    answer = client.get("/visits/new/")
    wrong = client.post("/visits/begin/", {"service": "nonsense", "patient": str(clinic.patient.id)})

    assert (answer.status_code, answer.url) == (302, "/visits/")
    assert wrong.status_code == 422
    assert "You are acting for Ruth Delgado" in words_of(wrong)
    assert f'name="patient" value="{clinic.patient.id}"' in wrong.content.decode()


def test_it_speaks_spanish_where_the_rules_do(clinic):
    draft = begun(clinic)
    clinic.patient.account.language = "es"
    clinic.patient.account.save()

    page = words_of(clinic.client.get(f"{draft}questions/"))

    assert "Dolor de pecho nuevo" in page
