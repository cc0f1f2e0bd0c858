"""The day list: what it shows, to whom, how often it reads, and how it refreshes (bar 20 of the look)."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oncology_clinic.accounts.models import Account
from oncology_clinic.audit.contract import Action
from oncology_clinic.audit.models import Event
from screening.services import alerts
from tests import factories
from tests.visits.staff.conftest import browser
from visits.models import Appointment

SYSTEM = factories.Actor(role=factories.Role.system, label="tests")


def alert(day, patient, *, kind="callback", severity="soon"):
    return alerts.open_alert(patient_id=patient.id, kind=kind, severity=severity, actor=SYSTEM, now=day.now)


def html(response):
    return response.content.decode()


def test_it_shows_who_when_where_how_and_the_next_step(today):
    visit = today.visit(today.patient(), status="checked_in")
    today.visit(today.patient("second", legal_name="Peter Novak"), minutes=today.beside(60), patient_location="")

    response = browser(today.clinician).get("/visits/day/")

    text = html(response)
    assert response.status_code == 200
    assert text.count("<h1") == 1
    assert f'href="/visits/patients/{visit.patient_id}/"' in text  # the chart in one click
    assert "Ruth Delgado" in text
    assert "Breast, stage II" in text
    assert "Waiting 0 min" in text
    assert "Location not given" in text
    assert f'action="/visits/day/{visit.id}/begin/"' in text
    assert "No answers yet" in text
    assert "style=" not in text.split("<main")[1]
    assert "UNDEFINED_VARIABLE" not in text


def test_it_puts_those_who_must_be_called_above_the_list(today):
    patient = today.patient()
    today.visit(patient)
    opened = alert(today, patient)

    text = html(browser(today.clinician).get("/visits/day/"))

    assert text.index('class="call-first"') < text.index("<table")
    assert f'href="/screens/alerts/{opened.id}/"' in text
    assert "<b>1</b> needs a call back" in text


@pytest.mark.parametrize("rows", [1, 8])
def test_it_reads_the_same_number_of_statements_for_any_number_of_rows(today, rows):
    monday = factories.next_weekday(today.now)
    nine = datetime.combine(monday, time(9), tzinfo=ZoneInfo(factories.OHIO))
    for number in range(rows):
        patient = today.patient(f"patient{number}")
        today.visit(patient, at=nine + timedelta(minutes=30 * number))
        alert(today, patient)
    client = browser(today.clinician)
    client.get("/visits/day/")

    with CaptureQueriesContext(connection) as read:
        response = client.get(f"/visits/day/?on={monday}")

    selects = [one["sql"] for one in read if one["sql"].startswith(("SELECT", "WITH"))]
    assert html(response).count('id="chart-') == rows
    assert len(selects) == 9


def test_it_answers_an_open_page_only_when_something_changed(today):
    """Twenty seconds later nothing is read of anybody; and nobody is kept signed in by it."""
    visit = today.visit(today.patient())
    client = browser(today.clinician)
    first = html(client.get("/visits/day/"))
    poll = re.search(r'hx-get="([^"]+)"', first).group(1).replace("&amp;", "&")
    headers = {"HX-Request": "true", "HX-Trigger": "day-poll"}
    seen = Event.objects.filter(action=int(Action.read)).count()

    same = client.get(poll, headers=headers)

    assert (same.status_code, same.content) == (204, b"")
    assert Event.objects.filter(action=int(Action.read)).count() == seen

    Appointment.objects.filter(id=visit.id).update(status="checked_in")
    changed = client.get(poll, headers=headers)

    text = html(changed)
    assert changed.status_code == 200
    assert "<html" not in text
    assert 'id="day-list"' in text
    assert '<div id="day-said" hx-swap-oob="innerHTML">1 waiting now' in text
    assert "HX-Trigger" not in text


def test_its_poll_has_the_name_that_keeps_nobody_signed_in(today):
    today.visit(today.patient())

    text = html(browser(today.clinician).get("/visits/day/"))

    assert re.search(r'<div id="day-poll" hx-get="[^"]+" hx-trigger="every 20s"', text)


def test_it_shows_a_coordinator_by_name_only_the_patients_in_their_care(today):
    theirs, other = today.patient(), today.patient("other", legal_name="Peter Novak")
    today.visit(theirs)
    today.visit(other, minutes=today.beside(31))
    alert(today, theirs)
    client = browser(today.coordinator)

    everybody = html(client.get("/visits/day/"))
    one = html(client.get(f"/visits/day/?clinician={today.clinician.id}"))

    for text in (everybody, one):
        assert "Ruth Delgado" in text
        assert "Peter Novak" not in text
        assert str(other.id) not in text
        assert "A patient who is not in your care." in text
    assert factories.recorded(Action.read, other) == 0
    assert factories.recorded(Action.read, theirs) > 0


def test_it_goes_from_day_to_day_and_survives_nonsense(today):
    client = browser(today.clinician)

    for query in ("?on=2026-01-05", "?on=2026-13-45", "?on=soon", "?on=9999-12-31", "?clinician=nobody"):
        response = client.get(f"/visits/day/{query}")
        assert response.status_code == 200, query
    assert "Monday, January 5" in html(client.get("/visits/day/?on=2026-01-05"))
    assert "No visits on this day." in html(client.get("/visits/day/?on=2026-01-05"))


def test_it_shows_no_colleagues_day_to_a_clinician(today):
    today.visit(today.patient())

    response = browser(today.stranger).get(f"/visits/day/?clinician={today.clinician.id}")

    assert response.status_code == 403
    assert "Ruth" not in html(response)


def test_it_moves_a_visit_by_one_press_and_comes_back(today):
    visit = today.visit(today.patient())
    client = browser(today.clinician)

    response = client.post(f"/visits/day/{visit.id}/check-in/", {"next": "/visits/day/?on=2026-01-05"})

    assert (response.status_code, response.url) == (302, "/visits/day/?on=2026-01-05")
    assert Appointment.objects.get(id=visit.id).status == "checked_in"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", ""])
def test_it_leads_nowhere_else(today, target):
    visit = today.visit(today.patient())

    response = browser(today.clinician).post(f"/visits/day/{visit.id}/check-in/", {"next": target})

    assert response.url == "/visits/day/"


def test_it_says_on_the_list_why_a_press_was_refused(today):
    visit = today.visit(today.patient(), status="completed")

    response = browser(today.clinician).post(f"/visits/day/{visit.id}/begin/")

    text = html(response)
    assert response.status_code == 409
    assert "This visit was changed a moment ago." in text
    assert "<title>Error:" in text


def test_it_asks_what_became_of_a_visit(today):
    visit = today.visit(today.patient(), minutes=-45)
    client = browser(today.clinician)
    address = f"/visits/day/{visit.id}/close/"

    empty = client.post(address, {})
    assert empty.status_code == 422
    assert "Choose what became of this visit." in html(empty)
    closed = client.post(address, {"outcome": "technology"})

    assert closed.status_code == 302
    assert Appointment.objects.get(id=visit.id).status == "missed"


def test_it_is_for_verified_care_teams_only(today):
    visit = today.visit(today.patient())
    administrator = factories.an_account("admin", role="administrator")
    unverified = factories.client_of(today.clinician.account)
    owner = factories.client_of(Account.objects.get(username="patient"))

    for path in ("/visits/day/", "/visits/requests/", "/visits/patients/", f"/visits/patients/{visit.patient_id}/"):
        assert owner.get(path).status_code == 403, path
        assert factories.client_of(administrator).get(path).status_code == 403, path
        sent = unverified.get(path)
        assert (sent.status_code, sent.url.partition("?")[0]) == (302, "/account/code/"), path
