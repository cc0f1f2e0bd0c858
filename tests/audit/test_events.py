"""No change without its event, no event without its change, and no look lost in between."""
# ruff: noqa: PT012 (blocks that break on purpose)

import pytest
import uuid6
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from oncology_clinic.accounts.models import Patient
from oncology_clinic.actors import Actor, Role, system_actor
from oncology_clinic.audit import context as access_context
from oncology_clinic.audit import envelope, events, ledger
from oncology_clinic.audit.context import AccessContext, LedgerClosed, open_context, phi_context
from oncology_clinic.audit.contract import Action, Category, Outcome
from oncology_clinic.audit.models import Event
from oncology_clinic.crypto.fields import reveal
from tests.audit.conftest import as_superuser
from tests.audit.factories import NOW, a_patient, an_actor, events_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def context():
    with open_context(AccessContext(actor=an_actor(), route="visits:day")) as opened:
        yield opened


def book(patient_id, *, actor=None, **fields):
    values = {
        "category": Category.appointment,
        "now": NOW,
        "patient_id": patient_id,
        "object_type": "visits.Appointment",
        "object_id": uuid6.uuid7(),
        **fields,
    }
    events.record(Action.book, actor=actor or an_actor(), **values)


def actions_of(patient_id):
    return [event.action for event, _ in events_of(patient_id)]


# -- what stands in an event -------------------------------------------------------------


def test_it_records_who_what_whose_and_why(context):
    patient_id, object_id = uuid6.uuid7(), uuid6.uuid7()
    proxy = an_actor(Role.caregiver, label="sam", on_behalf_of=patient_id)

    book(patient_id, actor=proxy, object_id=object_id, detail={"modality": "video", "reasons": ["a", "b"]})

    [(event, payload)] = events_of(patient_id)
    assert (event.action, event.outcome, event.category) == (Action.book, Outcome.ok, Category.appointment)
    assert event.ts == NOW
    assert payload == {
        "v": 1,
        "actor": {"id": str(proxy.account_id), "label": "sam", "role": "caregiver"},
        "on_behalf_of": str(patient_id),
        "patient": str(patient_id),
        "object": {"type": "visits.Appointment", "id": str(object_id)},
        "detail": {"modality": "video", "reasons": ["a", "b"]},
        "purpose": "patient_request",
        "route": "visits:day",
    }


def test_it_lets_the_database_choose_era_transaction_and_clock():
    patient_id = uuid6.uuid7()
    with transaction.atomic():
        book(patient_id)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text")
            xid = int(cursor.fetchone()[0])

    [(event, _)] = events_of(patient_id)
    assert (event.era, event.xid) == (1, xid)
    assert event.db_ts is not None


def test_it_shows_nobody_in_clear():
    patient_id = uuid6.uuid7()
    actor = an_actor(label="dr.okafor")
    book(patient_id, actor=actor)

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(e)::text FROM audit_event e ORDER BY id DESC LIMIT 1")
        row = cursor.fetchone()[0]

    for clear in (str(patient_id), patient_id.hex, str(actor.account_id), "okafor", "Appointment"):
        assert clear not in row


def test_it_refuses_floats_in_details():
    with pytest.raises(envelope.PayloadRefused), transaction.atomic():
        book(uuid6.uuid7(), detail={"score": 1.5})


def test_it_can_be_recorded_without_a_context():
    patient_id = uuid6.uuid7()
    token = access_context._current.set(None)
    try:
        book(patient_id, actor=system_actor("load_law"))
    finally:
        access_context._current.reset(token)

    [(_, payload)] = events_of(patient_id)
    assert payload["purpose"] == "system"


# -- with the change, or not at all ---------------------------------------------------------


def test_it_goes_when_the_change_goes():
    patient_id = uuid6.uuid7()

    with pytest.raises(RuntimeError), transaction.atomic():
        book(patient_id)
        raise RuntimeError

    assert actions_of(patient_id) == []


def test_it_takes_the_change_with_it_when_it_cannot_be_written(monkeypatch):
    monkeypatch.setattr(envelope, "current_kid", lambda: (_ for _ in ()).throw(DatabaseError("no")))
    patient = None

    with pytest.raises(DatabaseError), transaction.atomic():
        patient = a_patient()
        book(patient.id)

    assert not Patient.objects.filter(id=patient.id).exists()


# -- reads ------------------------------------------------------------------------------------


def test_it_writes_pending_reads_and_the_act_in_one_statement(context):
    patient = a_patient()
    reveal(Patient.objects.get(id=patient.id).legal_name)

    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        book(patient.id)
    ledger.flush(context)

    assert len([query for query in queries if "INSERT" in query["sql"]]) == 1
    assert sorted(actions_of(patient.id)) == [Action.read, Action.book]


def test_it_writes_no_second_time_what_went_with_an_act(context):
    patient = a_patient()
    with transaction.atomic():
        loaded = Patient.objects.get(id=patient.id)
        reveal(loaded.legal_name)
        book(patient.id)
    reveal(loaded.legal_name)

    with CaptureQueriesContext(connection) as queries:
        ledger.flush(context)

    assert len(queries) == 0
    assert sorted(actions_of(patient.id)) == [Action.read, Action.book]


def test_it_writes_what_was_opened_after_the_act(context):
    patient = a_patient()
    with transaction.atomic():
        loaded = Patient.objects.get(id=patient.id)
        book(patient.id)
    reveal(loaded.birth_date)

    ledger.flush(context)

    reads = [payload for event, payload in events_of(patient.id) if event.action == Action.read]
    assert [payload.get("fields") for payload in reads] == [None, ["accounts.Patient.birth_date"]]


def test_it_keeps_the_look_when_the_act_rolls_back(context):
    patient = a_patient()

    with pytest.raises(RuntimeError), transaction.atomic():
        reveal(Patient.objects.get(id=patient.id).legal_name)
        book(patient.id)
        raise RuntimeError
    assert actions_of(patient.id) == []
    ledger.flush(context)

    assert actions_of(patient.id) == [Action.read]


def test_it_keeps_the_look_when_only_a_savepoint_rolls_back(context):
    patient = a_patient()

    with transaction.atomic():
        with pytest.raises(RuntimeError), transaction.atomic():
            Patient.objects.get(id=patient.id)
            book(patient.id)
            raise RuntimeError
        book(patient.id)
    ledger.flush(context)

    assert sorted(actions_of(patient.id)) == [Action.read, Action.book]


def test_it_makes_one_event_for_a_patient_and_category_however_many_rows(context):
    patients = [a_patient() for _ in range(3)]
    for _ in range(2):
        for patient in Patient.objects.filter(id__in=[one.id for one in patients]):
            reveal(patient.legal_name)

    with CaptureQueriesContext(connection) as queries:
        ledger.flush(context)

    assert len(queries) == 1
    assert [actions_of(patient.id) for patient in patients] == [[Action.read]] * 3


def test_it_closes_the_ledger_when_it_is_written(context):
    ledger.flush(context)

    with pytest.raises(LedgerClosed):
        list(Patient.objects.filter(id=a_patient().id))


@pytest.mark.parametrize("breaks", [False, True])
def test_it_records_what_a_task_opened_also_when_the_task_breaks(breaks):
    patient = a_patient()

    def run():
        with phi_context("send_due_reminders"):
            Patient.objects.get(id=patient.id)
            if breaks:
                raise RuntimeError

    if breaks:
        with pytest.raises(RuntimeError):
            run()
    else:
        run()

    [(event, payload)] = events_of(patient.id)
    assert event.action == Action.read
    assert (payload["route"], payload["purpose"]) == ("send_due_reminders", "system")
    assert payload["actor"] == {"label": "send_due_reminders", "role": "system"}


def test_it_records_the_looks_of_a_task_even_when_the_transaction_around_it_rolls_back():
    patient = a_patient()

    with pytest.raises(RuntimeError), transaction.atomic():
        with phi_context("a task"):
            Patient.objects.get(id=patient.id)
        raise RuntimeError

    assert actions_of(patient.id) == [Action.read]


def test_it_writes_many_rows_in_few_statements(context):
    for number in range(1_500):
        context.ledger.note(Category.screening, uuid6.uuid7(), "screening.Screen", number)

    with CaptureQueriesContext(connection) as queries:
        ledger.flush(context)

    assert len([query for query in queries if "INSERT" in query["sql"]]) == 2


# -- denials -------------------------------------------------------------------------------------


def test_it_keeps_a_denial_when_the_transaction_rolls_back(context):
    patient_id = uuid6.uuid7()
    stranger = an_actor(label="stranger")

    with pytest.raises(RuntimeError), transaction.atomic():
        events.record_denied(actor=stranger, rule="not_found", now=NOW, patient_id=patient_id)
        raise RuntimeError

    [(event, payload)] = events_of(patient_id)
    assert (event.action, event.outcome) == (Action.denied, Outcome.denied)
    assert payload["rule"] == "not_found"
    assert context.denials == 1


def test_it_records_nobody_as_nobody():
    events.record_denied(actor=Actor(role=Role.anonymous, label="anonymous"), rule="not_signed_in", now=NOW)

    newest = Event.objects.order_by("-id").first()
    assert newest.patient_bidx is None
    assert bytes(newest.actor_bidx) == envelope.blind_index("actor", "anonymous:anonymous")


# -- append-only ------------------------------------------------------------------------------------

ATTEMPTS = [
    "UPDATE {table} SET {column} = {column}",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "SET LOCAL session_replication_role = replica; DELETE FROM {table}",
    "SET LOCAL session_replication_role = replica; UPDATE {table} SET {column} = {column}",
    "SET LOCAL session_replication_role = replica; TRUNCATE {table}",
]


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize(("table", "column"), [("audit_event", "action"), ("audit_seal", "count")])
def test_it_is_append_only_even_for_a_superuser_who_replicates(empty_log, table, column, attempt):
    book(uuid6.uuid7())
    as_superuser(
        "INSERT INTO audit_seal VALUES (1, 1, 0, 1, 0, '', '', '', now(), '', '')",
    )

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attempt.format(table=table, column=column))

    assert Event.objects.count() == 1


def test_it_can_be_taken_back_and_forth_by_migrate(empty_log):
    try:
        call_command("migrate", "audit", "0001", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgrelid = 'audit_event'::regclass")
            assert cursor.fetchone()[0] == 0
    finally:
        call_command("migrate", "audit", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tgenabled FROM pg_trigger WHERE tgname LIKE 'audit_%%'")
        assert cursor.fetchall() == [("A",)]
