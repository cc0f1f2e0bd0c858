"""Requests, chart, search and booking for a patient: what they show, to whom, and what they refuse."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oncology_clinic.accounts import indexes
from oncology_clinic.audit.contract import Action
from oncology_clinic.audit.models import Event
from oncology_clinic.outbox import services as outbox
from oncology_clinic.outbox.models import OutboxMessage
from screening.models import Alert
from tests import factories
from tests.visits.staff.conftest import SERVICE, browser
from visits.models import Appointment, RoutingDecision
from visits.services import booking
from visits.services.commands import Answers, BookCommand


def html(response):
    return response.content.decode()


def monday_at(day, hour):
    return datetime.combine(factories.next_weekday(day.now), time(hour), tzinfo=ZoneInfo(factories.OHIO))


@pytest.fixture
def request_of_patient(today):
    """A visit that the rules leave to its clinician."""
    patient = today.patient(last_in_person_exam_on=None)
    command = BookCommand(
        service="new-patient-consult",
        start=monday_at(today, 10).astimezone(UTC),
        clinician_id=today.clinician.id,
        location="OH",
        answers=Answers(cap_video=True, cap_phone=True),
    )
    return booking.book(command, actor=factories.patient_actor(patient), now=today.now).appointment


# -- requests --------------------------------------------------------------------------------------


def test_it_lists_requests_with_their_clock_and_the_lean(today, request_of_patient):
    text = html(browser(today.clinician).get("/visits/requests/"))

    assert f'href="/visits/requests/{request_of_patient.id}/"' in text
    assert re.search(r"2[34] h \d+ min left", text)
    assert "Leans to the clinic" in text


def test_it_shows_reasons_and_facts_in_words_and_decides(today, request_of_patient):
    client = browser(today.clinician)
    address = f"/visits/requests/{request_of_patient.id}/"

    shown = html(client.get(address))
    assert "A clinician will decide" in shown
    assert "Where the clinician may practice" in shown
    assert shown.count("<h1") == 1
    answer = client.post(address, {"verdict": "telehealth", "reason": "Knows us well."})

    visit = Appointment.objects.get(id=request_of_patient.id)
    assert (answer.status_code, answer.url) == (302, "/visits/requests/")
    assert (visit.status, visit.modality) == ("booked", "video")
    assert OutboxMessage.objects.filter(topic="visits.request_decided", subject_id=visit.id).exists()
    assert "has been decided" in html(client.get(address))


def test_it_keeps_what_was_typed_when_the_reason_is_missing(today, request_of_patient):
    response = browser(today.clinician).post(
        f"/visits/requests/{request_of_patient.id}/", {"verdict": "in_person", "reason": ""}
    )

    text = html(response)
    assert response.status_code == 422
    assert "Write the reason in a sentence." in text
    assert re.search(r'value="in_person"[^>]* checked', text)
    assert RoutingDecision.objects.count() == 1


def test_it_lets_no_coordinator_decide_and_shows_a_stranger_nothing(today, request_of_patient):
    address = f"/visits/requests/{request_of_patient.id}/"
    assert browser(today.stranger).get(address).status_code == 404
    nurse = browser(today.coordinator)
    assert nurse.get(address).status_code == 404
    Alert.objects.create(
        patient=request_of_patient.patient, kind="callback", severity="soon", opened_at=today.now, due_at=today.now
    )

    assert "Only the clinician of this visit can decide it." in html(nurse.get(address))
    assert nurse.post(address, {"verdict": "in_person", "reason": "Yes."}).status_code == 403
    assert Appointment.objects.get(id=request_of_patient.id).status == "requested"


# -- the chart -------------------------------------------------------------------------------------


def test_it_shows_the_chart_to_the_care_team_and_records_the_look(today, request_of_patient):
    patient = request_of_patient.patient
    before = factories.recorded(Action.read, patient)

    text = html(browser(today.clinician).get(f"/visits/patients/{patient.id}/"))

    assert text.count("<h1") == 1
    for words in ("Ruth Delgado", "Breast, stage II", "December 31, 1958", "Reasons and facts", "No plan on file"):
        assert words in text
    assert "UNDEFINED_VARIABLE" not in text
    assert factories.recorded(Action.read, patient) > before


@pytest.mark.parametrize("path", ["/visits/patients/{}/", "/visits/patients/{}/book/"])
def test_it_hides_a_strangers_chart_and_records_the_try(today, request_of_patient, path):
    client = browser(today.stranger)
    denied = Event.objects.filter(action=int(Action.denied)).count()

    known = client.get(path.format(request_of_patient.patient_id))
    unknown = client.get(path.format(uuid4()))

    assert (known.status_code, unknown.status_code) == (404, 404)
    assert Event.objects.filter(action=int(Action.denied)).count() == denied + 2
    assert "Ruth" not in html(known)


@pytest.mark.parametrize("visits", [1, 9])
def test_the_chart_reads_the_same_number_of_statements_for_any_number_of_visits(today, visits):
    patient = today.patient()
    for number in range(visits):
        today.visit(patient, minutes=-60 * 24 * (number + 1), status="completed")
    client = browser(today.clinician)
    address = f"/visits/patients/{patient.id}/"
    client.get(address)

    with CaptureQueriesContext(connection) as read:
        client.get(address)

    selects = [one["sql"] for one in read if one["sql"].startswith(("SELECT", "WITH"))]
    assert len(selects) == 12


# -- finding a patient -------------------------------------------------------------------------------


@pytest.fixture
def known(today):
    patient = today.patient(phone="614-555-0199")
    indexes.refresh_patient(patient)
    patient.save()
    today.visit(patient)
    return patient


@pytest.mark.parametrize(
    "asked",
    [
        {"name": "ruth  DELGADO"},
        {"birth_date": "12/31/1958"},
        {"email": "Patient@example.org"},
        {"phone": "+1 (614) 555-0199"},
        {"name": "Ruth Delgado", "birth_date": "1958-12-31"},
    ],
)
def test_it_finds_a_patient_by_exact_values_and_records_the_search(today, known, asked):
    searches = Event.objects.filter(action=int(Action.execute)).count()

    response = browser(today.clinician).post("/visits/patients/", asked)

    assert f'href="/visits/patients/{known.id}/"' in html(response)
    assert Event.objects.filter(action=int(Action.execute)).count() == searches + 1


@pytest.mark.parametrize("asked", [{"name": "Ruth"}, {"name": "Ruth Delgado", "birth_date": "1958-12-30"}])
def test_it_finds_nobody_by_half_a_name_or_when_one_value_differs(today, known, asked):
    assert "Nobody in your care fits." in html(browser(today.clinician).post("/visits/patients/", asked))


def test_it_finds_nobody_elses_patient_and_reads_nothing_of_theirs(today, known):
    response = browser(today.stranger).post("/visits/patients/", {"name": "Ruth Delgado"})

    assert "Nobody in your care fits." in html(response)
    assert factories.recorded(Action.read, known) == 0


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "Give a name, a birth date, an email or a phone number."),
        ({"birth_date": "soon"}, "Write the date as month/day/year"),
        ({"name": "   "}, "Give a name"),
        ({"ssn": "1"}, "We do not know what to do with"),
    ],
)
def test_it_says_what_to_give(today, asked, said):
    response = browser(today.clinician).post("/visits/patients/", asked)

    assert response.status_code == 422
    assert said in html(response)


# -- booking for a patient ---------------------------------------------------------------------------


def order(day, **fields):
    return {"service": SERVICE, "clinician": str(day.clinician.id), "location": "OH", "pref": "", **fields}


def test_it_books_for_a_patient_in_two_pages(today, known):
    client = browser(today.clinician)
    address = f"/visits/patients/{known.id}/book/"
    assert client.get(address).status_code == 200

    times = client.post(address, order(today, _action=f"times {factories.next_weekday(today.now)}"))
    text = html(times)
    assert "This kind of visit works well from home." in text
    start = re.findall(r'name="start" value="([^"]+)"', text)[0]
    booked = client.post(address, order(today, _action="book", start=start))

    assert (booked.status_code, booked.url) == (302, f"/visits/patients/{known.id}/")
    visit = Appointment.objects.filter(patient=known).order_by("created_at", "id").last()
    assert visit.starts_at.isoformat() == datetime.fromisoformat(start).astimezone(UTC).isoformat()
    assert visit.booked_by_id == today.clinician.account_id


def test_it_offers_other_times_when_that_one_was_taken(today, known):
    other = today.patient("other", legal_name="Peter Novak")
    start = monday_at(today, 10)
    today.visit(other, at=start)

    response = browser(today.clinician).post(
        f"/visits/patients/{known.id}/book/", order(today, _action="book", start=start.isoformat())
    )

    assert response.status_code == 409
    assert "That time was just taken." in html(response)
    assert 'name="start"' in html(response)
    assert Appointment.objects.filter(patient=known).count() == 1


def test_it_stops_at_an_emergency_with_the_words_to_say(today, known):
    response = browser(today.clinician).post(
        f"/visits/patients/{known.id}/book/", order(today, _action="times", flags="chest_pain_new")
    )

    text = html(response)
    assert response.status_code == 422
    assert "Say this to the patient now" in text
    assert Alert.objects.filter(patient=known, kind="emergency").count() == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"service": ""}, "Choose a service."),
        ({"clinician": ""}, "Choose a clinician."),
        ({"location": "Mars!"}, "Give the state as its two letters"),
        ({"flags": "tired"}, "Select a valid choice"),
    ],
)
def test_it_says_what_to_choose_and_keeps_the_rest(today, known, given, said):
    response = browser(today.clinician).post(
        f"/visits/patients/{known.id}/book/", order(today, _action="times", **given)
    )

    assert response.status_code == 422
    assert said in html(response)


def test_it_books_for_the_patient_of_the_address_whatever_the_form_says(today, known):
    other = today.patient("other")
    start = monday_at(today, 11)

    browser(today.clinician).post(
        f"/visits/patients/{known.id}/book/",
        order(today, _action="book", start=start.isoformat(), patient=str(other.id)),
    )

    assert not Appointment.objects.filter(patient=other).exists()
    assert Appointment.objects.filter(patient=known, starts_at=start).exists()


# -- paging -----------------------------------------------------------------------------------------


def test_an_emergency_reaches_each_address_once(today, known, settings):
    """On call by one message, the coordinators by the other; whoever is on both lists hears it once."""
    settings.ON_CALL_EMAILS = ["on-call@example.org", "Coordinator@example.org"]
    factories.a_coordinator("second")
    browser(today.clinician).post(
        f"/visits/patients/{known.id}/book/", order(today, _action="times", flags="chest_pain_new")
    )

    outbox.relay(today.now + timedelta(seconds=5), limit=50)

    letters = [path.read_text().lower() for path in settings.MAIL_DIR.rglob("*") if path.is_file()]
    told = sorted(match for text in letters for match in re.findall(r"^to: (\S+)", text, re.MULTILINE))
    assert told == ["coordinator@example.org", "on-call@example.org", "second@example.org"]
