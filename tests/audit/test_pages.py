"""The auditor's page and its API: for auditors with a second factor, and each search is an event."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from oncology_clinic.accounts.models import SealedTOTPDevice
from oncology_clinic.actors import Role
from oncology_clinic.audit import envelope, events, search, writer
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.audit.models import Event
from oncology_clinic.errors import Forbidden
from tests.accounts import factories as people
from tests.audit.factories import an_actor

pytestmark = pytest.mark.django_db
PAGE, API = "/audit/", "/api/v1/audit/events/"


@pytest.fixture
def auditor(client):
    account = people.staff("auditor", role="auditor")
    return people.sign_in(client, "auditor", device=_device(account))


def _device(account):
    return SealedTOTPDevice.objects.get(user=account)


def an_event(patient_id=None, *, action=Action.read, actor=None, at=None):
    events.record(
        action,
        actor=actor or an_actor(),
        category=Category.screening,
        now=at or timezone.now(),
        patient_id=patient_id,
        object_type="screening.Screen",
        object_id="b7",
    )
    return Event.objects.order_by("-id").first()


def newest_payload():
    event = Event.objects.order_by("-id").first()
    return event, envelope.decrypt(event.payload)


def test_it_shows_the_newest_events_first(auditor):
    patient = uuid4()
    an_event(patient)

    page = auditor.get(PAGE)

    text = page.content.decode()
    assert page.status_code == 200
    assert str(patient) in text
    assert "dr.okafor" in text
    assert text.count("<h1") == 1
    assert page["Cache-Control"] == "no-store"


def test_it_records_the_search_and_whose_record_was_asked_for(auditor):
    patient = uuid4()

    auditor.get(PAGE, {"patient": str(patient), "since": "2026-01-01"})

    event, payload = newest_payload()
    assert (event.action, event.category) == (Action.read, Category.audit)
    assert payload["actor"]["label"] == "auditor"
    assert payload["patient"] == str(patient)
    assert payload["detail"] == {"filters": ["since", "patient_id"], "count": 0}


@pytest.mark.parametrize("path", [PAGE, API])
@pytest.mark.parametrize("role", ["patient", "clinician", "nurse_coordinator", "administrator"])
def test_it_refuses_every_other_role_and_records_it(client, role, path):
    if role == "patient":
        people.a_patient("ruth")
        people.sign_in(client, "ruth")
    else:
        account = people.staff("somebody", role=role)
        people.sign_in(client, "somebody", device=_device(account))

    answer = client.get(path)

    event, payload = newest_payload()
    assert answer.status_code == 403
    assert event.action == Action.denied
    assert payload["rule"] == "wrong_role"


@pytest.mark.parametrize("path", [PAGE, API])
def test_it_refuses_an_auditor_without_the_second_step_and_nobody(client, path):
    assert client.get(path).status_code in (302, 401)
    assert newest_payload()[0].action == Action.denied

    people.staff("auditor", role="auditor")
    people.sign_in(client, "auditor")

    assert client.get(path).status_code in (302, 401, 403)
    assert newest_payload()[0].action == Action.denied


def test_it_finds_by_patient_actor_action_and_time(auditor):
    ruth, other, doctor = uuid4(), uuid4(), people.staff("doctor", role="clinician")
    as_doctor = an_actor(account_id=doctor.pk, label="doctor")
    now = timezone.now()
    hers = an_event(ruth)
    an_event(other)
    his = an_event(other, actor=as_doctor, action=Action.acknowledge)
    old = an_event(ruth, at=now - timedelta(days=40))

    def found(**filters):
        shown = auditor.get(API, filters).json()["results"]
        return {event["id"] for event in shown if event["category"] == "screening"}  # searches are events too

    assert found(patient=ruth) == {hers.id, old.id}
    assert found(patient=ruth, since=(now - timedelta(days=1)).isoformat()) == {hers.id}
    assert found(patient=ruth, until=(now - timedelta(days=1)).date().isoformat()) == {old.id}
    assert his.id in found(actor="doctor")
    assert hers.id not in found(actor="doctor")
    assert found(patient=other, action="acknowledge") == {his.id}
    assert found(actor="nobody.here") == set()


def test_it_gives_events_oldest_first_in_pages(auditor):
    patient = uuid4()
    made = [an_event(patient).id for _ in range(search.PAGE_SIZE + 3)]

    first = auditor.get(API, {"patient": patient}).json()
    second = auditor.get(first["next"]).json()

    assert [event["id"] for event in first["results"]] == made[: search.PAGE_SIZE]
    assert [event["id"] for event in second["results"] if event["category"] == "screening"] == made[search.PAGE_SIZE :]
    assert second["next"] is None


def test_it_leads_on_to_earlier_events(auditor):
    patient = uuid4()
    made = [an_event(patient).id for _ in range(search.PAGE_SIZE + 1)]

    page = auditor.get(PAGE, {"patient": str(patient)})

    assert f"cursor={made[1]}" in page.content.decode()
    assert str(patient) in page.content.decode()
    later = auditor.get(PAGE, {"patient": str(patient), "cursor": made[1]})
    assert f"#{made[0]}<" in later.content.decode()


def test_it_gives_one_event_as_the_contract_says(auditor):
    patient = uuid4()
    event = an_event(patient)

    [shown] = auditor.get(API, {"patient": patient}).json()["results"]

    assert shown["id"] == event.id
    assert (shown["action"], shown["outcome"], shown["category"]) == ("read", "ok", "screening")
    assert (shown["actor"], shown["role"], shown["patient"]) == ("dr.okafor", "clinician", str(patient))
    assert (shown["object_type"], shown["object_id"]) == ("screening.Screen", "b7")
    assert shown["at"].endswith("+00:00")


@pytest.mark.parametrize(
    "filters",
    [
        {"patient": "not-an-id"},
        {"since": "yesterday"},
        {"since": "2026-13-40"},
        {"until": "2026-11-22T09:30:00"},
        {"action": "fly"},
        {"cursor": "-1"},
        {"cursor": "9" * 30},
        {"actor": "x" * 100},
        {"since": "9999-12-31", "until": "9999-12-31"},
        {"unknown": "1"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", [PAGE, API])
def test_it_answers_bad_input_with_a_sentence(auditor, path, filters):
    answer = auditor.get(path, filters)

    assert answer.status_code == 422
    assert answer.content


def test_it_keeps_events_whose_key_is_gone_in_the_list(auditor, settings):
    patient = uuid4()
    event = an_event(patient)
    settings.AUDIT_PAYLOAD_KEYS = ["YW5vdGhlciBwYXlsb2FkIGtleSBmb3IgYSB0ZXN0ISE="]

    [shown] = auditor.get(API, {"patient": patient}).json()["results"]

    assert (shown["id"], shown["action"], shown["is_readable"]) == (event.id, "read", False)


def test_it_costs_the_same_for_one_event_and_fifty(auditor):
    patient = uuid4()
    an_event(patient)
    with CaptureQueriesContext(connection) as few:
        auditor.get(API, {"patient": patient})
    for _ in range(40):
        an_event(patient)

    with CaptureQueriesContext(connection) as many:
        auditor.get(API, {"patient": patient})

    assert len(few) == len(many) <= 4


def test_it_is_in_the_schema():
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]

    names = {parameter["name"] for parameter in paths["/api/v1/audit/events/"]["get"]["parameters"]}
    assert names == {"since", "until", "actor", "patient", "action", "cursor"}


def test_it_never_answers_without_its_record(auditor, monkeypatch):
    def full(*args, **kwargs):
        raise DatabaseError("disk full")

    auditor.raise_request_exception = False
    monkeypatch.setattr(writer, "insert", full)

    assert auditor.get(API).status_code >= 500


def test_it_lets_only_auditors_search():
    for actor in (an_actor(), an_actor(Role.auditor, is_verified=False), an_actor(Role.patient)):
        with pytest.raises(Forbidden):
            search.search(search.Search(), actor=actor, now=timezone.now())
