"""Each fault of the package under ours, and the guard that answers it (docs/decisions/0003)."""

import copy
import json
import pickle
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import uuid6
from django import forms
from django.core import serializers
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from django.db.models import Count, Exists, F, Max, Subquery, Value
from django.db.models.functions import Coalesce, Concat
from django.db.models.lookups import Exact
from django.test.utils import CaptureQueriesContext, isolate_apps

from oncology_clinic.accounts.models import Account, Patient
from oncology_clinic.audit import context as access_context
from oncology_clinic.crypto import fields, keys
from oncology_clinic.crypto.fields import PhiUnreadable, Sealed, SealedFieldMisuse, reveal
from tests.crypto.sample import Sample

pytestmark = pytest.mark.django_db

PATIENT = uuid6.uuid7()
KINDS = [
    ("char", "Ann"),
    ("text", "two\nlines, ¿ñ? 你好"),
    ("email", "ann@example.org"),
    ("day", date(1961, 4, 2)),
    ("moment", datetime(2026, 11, 22, 9, 30, 0, 5, tzinfo=UTC)),
    ("flag", True),
    ("flag", False),
    ("number", -7),
    ("number", 0),
    ("amount", Decimal("12.50")),
    ("answers", {"q1": [1, None, "x"], "b": True}),
    ("answers", []),
    ("char", ""),
]


@pytest.fixture(autouse=True)
def table(db):
    with connection.schema_editor(atomic=False) as editor:
        editor.create_model(Sample)


@contextmanager
def refused():
    """Refused with our own exception; what the transaction held before still stands."""
    with pytest.raises(SealedFieldMisuse), transaction.atomic():
        yield


def a_row(**values):
    return Sample.objects.create(patient_id=PATIENT, **values)


def again(row):
    return Sample.objects.get(id=row.id)


def stored(row, column="text"):
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM crypto_sample_sample WHERE id = %s', [row.id])
        return cursor.fetchone()[0]


def overwrite(row, token, column="text"):
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE crypto_sample_sample SET "{column}" = %s WHERE id = %s', [token, row.id])


# -- round trips -------------------------------------------------------------------------


@pytest.mark.parametrize(("column", "value"), KINDS)
def test_it_gives_back_what_was_sealed(column, value):
    row = a_row(**{column: value})

    found = getattr(again(row), column)

    assert isinstance(found, Sealed)
    assert reveal(found) == value
    assert type(reveal(found)) is type(value)


@pytest.mark.parametrize(("column", "value"), KINDS)
def test_it_stores_only_ciphertext(column, value):
    row = a_row(**{column: value})

    assert stored(row, column).startswith("gAAAA")
    assert str(value) not in stored(row, column) or len(str(value)) < 3


def test_it_keeps_null_as_null():
    row = a_row(text=None)

    assert again(row).text is None
    assert stored(row) is None
    assert Sample.objects.filter(text__isnull=True).count() == 1


def test_it_seals_every_row_of_bulk_create():
    rows = Sample.objects.bulk_create([Sample(patient_id=PATIENT, text=word) for word in ("one", "two")])

    assert [reveal(again(row).text) for row in rows] == ["one", "two"]


def test_it_saves_an_unopened_value_untouched():
    row = a_row(text="before", plain="x")
    token = stored(row)

    loaded = again(row)
    loaded.plain = "y"
    loaded.save()

    assert stored(row) == token
    assert reveal(again(row).text) == "before"


def test_it_runs_validators_in_save():
    with pytest.raises(ValidationError):
        a_row(char="longer than ten")
    with pytest.raises(ValidationError):
        a_row(email="no address")
    with pytest.raises(ValidationError):
        a_row(number="seven")
    with pytest.raises(SealedFieldMisuse):
        a_row(moment=datetime(2026, 1, 1))  # noqa: DTZ001


# -- the package's worst fault: bulk_update and expressions ---------------------------------


def test_it_refuses_bulk_update_and_leaves_the_data_alone():
    ann, bob = a_row(text="Ann"), a_row(text="Bob")
    ann.text, bob.text = "Ann2", "Bob2"

    with refused():
        Sample.objects.bulk_update([ann, bob], ["text"])

    assert [reveal(again(row).text) for row in (ann, bob)] == ["Ann", "Bob"]


@pytest.mark.parametrize(
    "new", ["typed", F("plain"), F("char"), Value("x"), Concat(F("plain"), Value("x"))], ids=lambda new: repr(new)[:20]
)
def test_it_refuses_update_with_anything_but_null(new):
    row = a_row(text="Ann", char="c")

    with refused():
        Sample.objects.update(text=new)

    assert reveal(again(row).text) == "Ann"


def test_it_can_be_emptied_by_update():
    row = a_row(text="Ann")

    Sample.objects.update(text=None)

    assert again(row).text is None


def test_it_refuses_an_expression_assigned_to_the_instance():
    row = a_row(text="Ann")
    row.text = F("plain")

    with refused():
        row.save()


def test_it_refuses_an_upsert_of_sealed_columns():
    row = a_row(text="Ann")

    with refused():
        Sample.objects.bulk_create([row], update_conflicts=True, update_fields=["text"], unique_fields=["id"])


# -- the decryption oracle ----------------------------------------------------------------


class SampleForm(forms.ModelForm):
    class Meta:
        model = Sample
        fields = ["char", "text", "email", "day", "moment", "flag", "number", "amount", "answers"]


def test_it_never_decrypts_what_a_user_typed():
    victim = a_row(text="HIV positive")
    form = SampleForm({"text": stored(victim)}, instance=Sample(patient_id=PATIENT))

    assert form.is_valid(), form.errors
    saved = form.save()

    assert reveal(again(saved).text) == stored(victim)
    assert "HIV" not in str(form.as_p())


def test_it_takes_a_model_form_there_and_back():
    typed = {
        "char": "Ann",
        "text": "words",
        "email": "ann@example.org",
        "day": "1961-04-02",
        "moment": "2026-11-22 09:30:00",
        "flag": "true",
        "number": "-7",
        "amount": "12.50",
        "answers": '{"a": [1]}',
    }
    saved = SampleForm(typed, instance=Sample(patient_id=PATIENT)).save()

    shown = SampleForm(instance=again(saved))
    posted = {name: shown[name].value() for name in shown.fields}

    assert (posted["char"], posted["number"], posted["day"]) == ("Ann", -7, date(1961, 4, 2))
    assert "[sealed]" not in shown.as_p()
    unchanged = SampleForm(typed, instance=again(saved))
    assert unchanged.is_valid(), unchanged.errors
    assert unchanged.changed_data == []
    changed = SampleForm({**typed, "text": "other words"}, instance=again(saved))
    assert changed.changed_data == ["text"]
    changed.save()
    assert reveal(again(saved).text) == "other words"
    assert reveal(again(saved).number) == -7


# -- wrong keys, moved and foreign text -----------------------------------------------------


def test_it_refuses_to_open_or_overwrite_under_a_wrong_key(settings):
    row = a_row(text="Ann")
    token = stored(row)
    settings.FIELD_ENCRYPTION_KEY = ["d3JvbmcgIGtleSB3cm9uZyBrZXkgd3Jvbmcga2V5ISE="]

    loaded = again(row)
    with pytest.raises(PhiUnreadable) as refused:
        reveal(loaded.text)
    loaded.save()

    assert stored(row) == token
    assert token not in str(refused.value)


def test_it_opens_under_an_older_key(settings):
    row = a_row(text="Ann")
    settings.FIELD_ENCRYPTION_KEY = ["d3JvbmcgIGtleSB3cm9uZyBrZXkgd3Jvbmcga2V5ISE=", *settings.FIELD_ENCRYPTION_KEY]

    assert reveal(again(row).text) == "Ann"


def test_it_refuses_ciphertext_moved_to_another_row():
    ann, bob = a_row(text="Ann"), a_row(text="Bob")

    overwrite(ann, stored(bob))

    with pytest.raises(PhiUnreadable):
        reveal(again(ann).text)


def test_it_refuses_ciphertext_moved_to_another_column():
    row = a_row(text="Ann", char="Bob")

    overwrite(row, stored(row, "char"), "text")

    with pytest.raises(PhiUnreadable):
        reveal(again(row).text)


@pytest.mark.parametrize("written", ["Ann", "", "gAAAAABnotreally", "gAAAAé"])
def test_it_refuses_plain_text_in_the_column(written):
    row = a_row(text="Ann")

    overwrite(row, written)

    with pytest.raises(PhiUnreadable):
        reveal(again(row).text)


def test_it_refuses_a_token_of_the_right_key_without_a_row():
    row = a_row(text="Ann")

    overwrite(row, keys.crypter().encrypt(b"Ann").decode())

    with pytest.raises(PhiUnreadable):
        reveal(again(row).text)


def test_it_refuses_to_copy_a_sealed_value_to_another_row_or_column():
    ann, bob = again(a_row(text="Ann")), again(a_row(text="Bob"))

    with refused():
        a_row(text=ann.text)
    bob.text = ann.text
    with refused():
        bob.save()
    ann.char = ann.text
    with refused():
        ann.save()
    copied = again(bob)
    copied.pk = uuid6.uuid7()
    copied._state.adding = True
    with refused():
        copied.save()


# -- lookups --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lookup",
    [
        {"text": "Ann"},
        {"text__iexact": "Ann"},
        {"text__contains": "A"},
        {"text__in": ["Ann"]},
        {"text__gt": "A"},
        {"text": None},
        {"day": date(1961, 4, 2)},
        {"day__year": 1961},
        {"flag": True},
        {"number": 3},
        {"number__gte": 3},
        {"answers__q1": 1},
    ],
    ids=str,
)
def test_it_refuses_every_lookup_but_isnull_before_anything_reaches_the_server(lookup):
    with CaptureQueriesContext(connection) as queries, pytest.raises(SealedFieldMisuse):
        list(Sample.objects.filter(**lookup))

    assert len(queries) == 0


def test_it_refuses_a_lookup_built_by_hand():
    with CaptureQueriesContext(connection) as queries, pytest.raises(SealedFieldMisuse):
        list(Sample.objects.filter(Exact(F("text"), "Ann")))

    assert len(queries) == 0


def test_it_refuses_get_or_create_by_a_sealed_value():
    with pytest.raises(SealedFieldMisuse):
        Sample.objects.get_or_create(text="Ann", defaults={"patient_id": PATIENT})


def test_it_refuses_lookups_through_a_relation():
    with pytest.raises(SealedFieldMisuse):
        list(Account.objects.filter(patient__legal_name="Ann"))


def test_it_refuses_to_order_by_a_sealed_column():
    with pytest.raises(SealedFieldMisuse):
        Sample.objects.order_by("-text")


def test_it_refuses_values_that_would_pass_the_ledger_by():
    for query in (
        lambda: Sample.objects.values("plain"),
        lambda: Sample.objects.values_list("text"),
        lambda: Sample.objects.phi_values("text", reason="none is good enough"),
        lambda: Sample.objects.phi_values("plain", reason=""),
        lambda: Sample.objects.phi_values(reason="all of them"),
    ):
        with pytest.raises(SealedFieldMisuse):
            query()

    a_row(plain="x")
    assert list(Sample.objects.phi_values("plain", reason="a test")) == [("x",)]


def test_it_refuses_values_of_a_patient_reached_from_a_model_without_patients():
    from oncology_clinic.accounts.models import Clinician

    with pytest.raises(SealedFieldMisuse):
        Clinician.objects.values("display_name", "account__patient__home_state")


def test_it_cannot_open_what_an_annotation_brings():
    a_row(text="Ann")

    found = Sample.objects.annotate(also=F("text")).get().also

    assert isinstance(found, Sealed)
    if found._row is None:
        with pytest.raises(PhiUnreadable):
            reveal(found)


PLACES = Patient.objects.phi_values("home_state", reason="a test")


@pytest.mark.parametrize(
    "query",
    [
        lambda: Account.objects.values("patient__home_state"),
        lambda: Account.objects.values_list("patient__legal_name"),
        lambda: Account.objects.annotate(place=F("patient__home_state")),
        lambda: Account.objects.annotate(place=Subquery(PLACES[:1])),
        lambda: Account.objects.annotate(place=Coalesce(Subquery(PLACES[:1]), Value("none"))),
        lambda: Account.objects.aggregate(Max("patient__home_state")),
        lambda: Patient.objects.aggregate(place=Max("home_state")),
        lambda: Patient.objects.dates("created_at", "day"),
        lambda: Patient.objects.raw("SELECT * FROM accounts_patient"),
        lambda: Account.objects.extra(select={"place": "SELECT home_state FROM accounts_patient LIMIT 1"}),
        lambda: Account.objects.order_by("email"),
        lambda: Account.objects.filter(Exact(F("email"), "ann@example.org")),
        lambda: Account.objects.filter(username=F("email")),
    ],
    ids=range(13),
)
def test_it_refuses_the_ways_round_the_ledger(query):
    """A patient's column beside a row of nobody's would be read without a look."""
    with CaptureQueriesContext(connection) as queries, pytest.raises(SealedFieldMisuse):
        list(query())

    assert len(queries) == 0


def test_it_lets_rows_be_counted():
    assert Account.objects.aggregate(n=Count("patient"))["n"] == 0
    assert list(Account.objects.annotate(n=Count("patient"), any=Exists(Patient.objects.all()))) == []


# -- uniqueness, checks ------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["unique", "db_index", "primary_key"])
@isolate_apps("tests.crypto")
def test_it_refuses_a_unique_or_indexed_sealed_field(option):
    field = fields.SealedCharField(max_length=5, **{option: True})

    class Model(models.Model):
        sealed = field

        class Meta:
            app_label = "crypto_sample"

    assert "clinic.E001" in {error.id for error in Model._meta.get_field("sealed").check()}


@isolate_apps("tests.crypto")
def test_it_refuses_values_made_by_django_or_the_database():
    class Model(models.Model):
        day = fields.SealedDateField(auto_now_add=True)
        text = fields.SealedTextField(db_default="x")

        class Meta:
            app_label = "crypto_sample"

    assert {error.id for name in ("day", "text") for error in Model._meta.get_field(name).check()} >= {"clinic.E002"}


def test_it_keeps_max_length_in_migrations():
    _, path, _, options = fields.SealedCharField(max_length=5).deconstruct()

    assert options == {"max_length": 5}
    assert path == "oncology_clinic.crypto.fields.SealedCharField"


# -- leaks ----------------------------------------------------------------------------------------


def test_it_has_no_text():
    row = again(a_row(text="Ann"))

    assert {str(row.text), repr(row.text), f"{row.text:>3}", f"{row.text}"} == {"[sealed]"}
    assert "Ann" not in repr(row) + str(vars(row))
    assert "gAAAA" not in repr(row) + str(vars(row))


@pytest.mark.parametrize("write", [json.dumps, pickle.dumps])
def test_it_is_neither_json_nor_pickle(write):
    row = again(a_row(text="Ann"))

    with pytest.raises((TypeError, SealedFieldMisuse)):
        write({"text": row.text})


def test_it_pickles_no_row():
    with pytest.raises(SealedFieldMisuse):
        pickle.dumps(again(a_row(text="Ann")))


def test_it_prints_nothing_through_rest_framework():
    from rest_framework.renderers import JSONRenderer

    with pytest.raises(TypeError):
        JSONRenderer().render({"text": again(a_row(text="Ann")).text})


def test_it_answers_no_question_that_needs_the_value():
    value = again(a_row(text="Ann")).text

    for question in (lambda: value == "Ann", lambda: value != "Ann", lambda: bool(value), lambda: value in ["Ann"]):
        with pytest.raises(SealedFieldMisuse):
            question()
    assert value is not None
    assert (value == None) is False  # noqa: E711
    assert copy.deepcopy(value) is value


def test_it_lets_full_clean_pass():
    row = again(a_row(**dict(KINDS[:4]), moment=KINDS[4][1], flag=True, number=1, amount=Decimal(1), answers={"a": 1}))

    row.full_clean()


@pytest.mark.parametrize("format_", ["json", "python", "xml"])
def test_it_is_not_written_to_fixtures(format_):
    a_row(text="Ann", day=date(1961, 4, 2), number=4)

    with pytest.raises(SealedFieldMisuse):
        serializers.serialize(format_, Sample.objects.all())


def test_it_refuses_dumpdata_unless_flagged(settings, capsys):
    patient = Patient.objects.create(legal_name="Wilhelmina", birth_date=date(1961, 4, 2), home_state="OH")
    with pytest.raises(CommandError):
        call_command("dumpdata", "accounts.Patient")

    settings.SEALED_DUMP_ALLOWED = True
    capsys.readouterr()
    call_command("dumpdata", "accounts.Patient")

    [dumped] = json.loads(capsys.readouterr().out)
    assert dumped["pk"] == str(patient.pk)
    assert dumped["fields"]["legal_name"].startswith("gAAAA")
    assert dumped["fields"]["birth_date"].startswith("gAAAA")


# -- the ways Django loads rows ---------------------------------------------------------------------


def test_it_opens_after_refresh_from_db():
    row = a_row(text="Ann")
    row.text = "not saved"

    row.refresh_from_db()

    assert reveal(row.text) == "Ann"


def test_it_opens_a_deferred_column_and_knows_whose_it_is(access):
    row = a_row(text="Ann")

    for loaded in (Sample.objects.defer("text").get(), Sample.objects.only("plain").get()):
        assert reveal(loaded.text) == "Ann"

    assert {patient for _, patient in access.ledger.entries} == {PATIENT}
    assert row.pk


def test_it_never_defers_the_patient():
    with pytest.raises(SealedFieldMisuse):
        Sample.objects.defer("patient_id")


def test_it_does_not_open_a_value_whose_patient_was_not_loaded():
    a_row(text="Ann")
    loaded = Sample._base_manager.only("text").get()

    with pytest.raises(SealedFieldMisuse):
        reveal(loaded.text)


def test_it_opens_through_select_related_and_iterator_and_in_bulk():
    account = Account.objects.create_account("ann", role="patient", password="correct horse battery")
    Patient.objects.create(account=account, legal_name="Ann", birth_date=date(1961, 4, 2), home_state="OH")
    row = a_row(text="Ann")

    through = Account.objects.select_related("patient").get(username="ann")

    assert reveal(through.patient.legal_name) == "Ann"
    assert [reveal(one.text) for one in Sample.objects.iterator()] == ["Ann"]
    assert reveal(Sample.objects.in_bulk([row.id])[row.id].text) == "Ann"


# -- no look without a context ------------------------------------------------------------------------


def test_it_notes_rows_and_opened_fields(access):
    row = a_row(text="Ann", char="Bob")
    loaded = again(row)
    reveal(loaded.text)

    [(_, opened)] = access.ledger.entries.items()
    assert opened.records == {"crypto_sample.Sample": {row.id}}
    assert opened.fields == {"crypto_sample.Sample.text"}


def test_it_refuses_to_load_or_open_outside_a_context():
    row = again(a_row(text="Ann"))
    token = access_context._current.set(None)
    try:
        with pytest.raises(access_context.NoAccessContext):
            reveal(row.text)
        with pytest.raises(access_context.NoAccessContext):
            again(row)
    finally:
        access_context._current.reset(token)
