"""A look leaves a record before it leaves the building."""

import contextvars

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from oncology_clinic.audit import context, writer
from oncology_clinic.audit.contract import Action, Category, Outcome
from oncology_clinic.audit.models import Event
from tests.audit.factories import a_patient, events_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.audit.urls")]


@pytest.fixture(autouse=True)
def middleware(settings):
    settings.MIDDLEWARE = ["oncology_clinic.audit.middleware.AccessContextMiddleware"]


def test_it_records_a_read_with_its_fields_and_route(client):
    patient = a_patient()

    response = client.get(f"/patients/{patient.id}/", headers={"user-agent": "a browser"})

    [(event, payload)] = events_of(patient.id)
    assert response.content == b"Wilhelmina Testperson"
    assert (event.action, event.outcome, event.category) == (Action.read, Outcome.ok, Category.demographics)
    assert payload["route"] == "reads_a_patient"
    assert payload["fields"] == ["accounts.Patient.legal_name"]
    assert payload["records"] == {"accounts.Patient": [str(patient.id)]}
    assert payload["patient"] == str(patient.id)
    assert payload["ip"] == "127.0.0.1"
    assert payload["request"] == response["X-Request-ID"]
    assert len(payload["ua"]) == 32
    assert "undeclared" not in payload


def test_it_costs_one_statement(client):
    patient = a_patient()

    with CaptureQueriesContext(connection) as queries:
        client.get(f"/patients/{patient.id}/")

    assert len(queries) == 2


def test_it_forbids_storing_what_was_read(client):
    patient = a_patient()

    assert client.get(f"/patients/{patient.id}/")["Cache-Control"] == "no-store"
    assert client.get("/quiet/")["Cache-Control"] == "max-age=60"


def test_it_writes_nothing_when_nothing_was_read(client):
    before = Event.objects.count()

    client.get("/quiet/")

    assert Event.objects.count() == before


def test_it_answers_503_without_a_body_when_the_log_cannot_be_written(client, monkeypatch):
    patient = a_patient()

    def full(*args, **kwargs):
        raise DatabaseError("disk full")

    monkeypatch.setattr(writer, "insert", full)
    response = client.get(f"/patients/{patient.id}/")

    assert response.status_code == 503
    assert response.content == b""


def test_it_records_the_look_of_a_page_that_breaks_afterwards(client):
    patient = a_patient()
    client.raise_request_exception = False

    response = client.get(f"/breaks/{patient.id}/")

    assert response.status_code == 500
    assert len(events_of(patient.id)) == 1


def test_it_marks_a_look_the_route_did_not_declare_and_warns(client, caplog):
    patient = a_patient()

    client.get(f"/undeclared/{patient.id}/")

    [(_, payload)] = events_of(patient.id)
    assert payload["undeclared"] is True
    assert "route reads_undeclared read demographics and does not declare it" in caplog.text


def test_it_closes_the_ledger_before_a_stream_begins(client):
    patient = a_patient()

    response = client.get(f"/streams/{patient.id}/")

    assert len(events_of(patient.id)) == 1
    outside_any_request = contextvars.Context()
    with pytest.raises((context.NoAccessContext, context.LedgerClosed)):
        outside_any_request.run(b"".join, response.streaming_content)


@pytest.mark.parametrize(
    ("path", "rule"),
    [("/refuses/", "http_403"), ("/sends-to-sign-in/", "sent_to_sign_in")],
)
def test_it_records_an_answer_that_refuses_by_itself(client, path, rule):
    before = Event.objects.filter(action=Action.denied).count()

    client.get(path)

    assert Event.objects.filter(action=Action.denied).count() == before + 1
    newest = Event.objects.filter(action=Action.denied).order_by("-id").first()
    from oncology_clinic.audit import envelope

    assert envelope.decrypt(newest.payload)["rule"] == rule
    assert newest.outcome == Outcome.denied
