"""A wrong key stops the start; rotation can be killed, resumed, and overtaken by people at work."""

import base64
import hashlib
import io
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
import uuid6
from cryptography.fernet import Fernet, InvalidToken
from django.core.management import CommandError, call_command
from django.db import connection, connections

from oncology_clinic.accounts.models import Patient
from oncology_clinic.actors import system_actor
from oncology_clinic.audit import envelope
from oncology_clinic.audit.context import AccessContext, open_context
from oncology_clinic.audit.contract import Action
from oncology_clinic.audit.models import Event, KeyFingerprint
from oncology_clinic.crypto import keys, rotation
from oncology_clinic.crypto.fields import reveal
from tests.audit.factories import a_patient


def a_key(word):
    return base64.urlsafe_b64encode(hashlib.sha256(f"a key for tests: {word}".encode()).digest()).decode()


OLD, NEW, NEWER = a_key("old"), a_key("new"), a_key("newer")


def tokens(column="legal_name"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM accounts_patient WHERE {column} IS NOT NULL")
        return [token for (token,) in cursor.fetchall()]


def under(key):
    """How many names open with this key alone."""
    crypter, opened = Fernet(key), 0
    for token in tokens():
        try:
            crypter.decrypt(token.encode())
            opened += 1
        except InvalidToken:
            continue
    return opened


@pytest.fixture
def old_key(transactional_db, settings):
    settings.FIELD_ENCRYPTION_KEY = [OLD]
    KeyFingerprint.objects.all().delete()
    keys.check_fingerprints()
    return settings


# -- fingerprints -----------------------------------------------------------------------------


def test_it_starts_with_the_keys_the_database_knows(old_key):
    keys.check_fingerprints()

    assert KeyFingerprint.objects.filter(name="field").count() == 1


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("FIELD_ENCRYPTION_KEY", [NEW], "FIELD_ENCRYPTION_KEY"),
        ("BLIND_INDEX_KEY", NEW, "BLIND_INDEX_KEY"),
        ("AUDIT_INDEX_KEY", NEW, "AUDIT_INDEX_KEY"),
        ("AUDIT_PAYLOAD_KEYS", [NEW], "AUDIT_PAYLOAD_KEYS"),
        ("AUDIT_MAC_KEYS", {1: NEW}, "AUDIT_MAC_KEYS"),
        ("AUDIT_MAC_KEYS", {2: NEW}, "AUDIT_MAC_KEYS"),
    ],
)
def test_it_does_not_start_without_a_key_the_database_needs(old_key, setting, value, named):
    setattr(old_key, setting, value)

    with pytest.raises(keys.KeysDoNotFit, match=named) as refused:
        keys.check_fingerprints()

    assert NEW not in str(refused.value)
    assert OLD not in str(refused.value)


def test_it_starts_with_a_new_key_before_the_old_ones(old_key):
    old_key.FIELD_ENCRYPTION_KEY = [NEW, OLD]
    old_key.AUDIT_PAYLOAD_KEYS = [NEWER, *old_key.AUDIT_PAYLOAD_KEYS]
    old_key.AUDIT_MAC_KEYS = {**old_key.AUDIT_MAC_KEYS, 2: a_key("mac 2")}

    keys.check_fingerprints()

    assert KeyFingerprint.objects.filter(name="field").count() == 2
    assert KeyFingerprint.objects.filter(name="audit_mac:2").count() == 1


def test_it_tries_a_value_where_the_list_of_keys_was_lost(old_key):
    a_patient()
    KeyFingerprint.objects.all().delete()
    old_key.FIELD_ENCRYPTION_KEY = [NEW]

    with pytest.raises(keys.KeysDoNotFit):
        keys.check_fingerprints()

    assert not KeyFingerprint.objects.filter(name="field").exists()
    old_key.FIELD_ENCRYPTION_KEY = [OLD]
    keys.check_fingerprints()
    assert KeyFingerprint.objects.filter(name="field").count() == 1


def test_it_says_nothing_before_the_first_migration(old_key):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_keyfingerprint RENAME TO gone")
    try:
        keys.check_fingerprints()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE gone RENAME TO audit_keyfingerprint")


# -- rotation ------------------------------------------------------------------------------------


def rotate(**options):
    out = io.StringIO()
    call_command("rotate_keys", stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def test_it_seals_everything_again_and_lets_the_old_key_go(old_key):
    patients = [a_patient(legal_name=f"Person {number}", phone="614-555-0142") for number in range(12)]
    old_key.FIELD_ENCRYPTION_KEY = [NEW, OLD]

    said = rotate(batch=5)

    assert "24 values seen" not in said  # names, birth dates and phones
    assert "36 sealed again, 0 unreadable" in said
    old_key.FIELD_ENCRYPTION_KEY = [NEW]
    keys.check_fingerprints()
    assert {reveal(patient.legal_name) for patient in Patient.objects.all()} == {f"Person {n}" for n in range(12)}
    assert len(patients) == under(NEW)


def test_it_keeps_needing_the_old_key_until_all_is_rotated(old_key):
    a_patient()
    old_key.FIELD_ENCRYPTION_KEY = [NEW, OLD]
    keys.check_fingerprints()

    old_key.FIELD_ENCRYPTION_KEY = [NEW]
    with pytest.raises(keys.KeysDoNotFit):
        keys.check_fingerprints()


def test_it_records_the_rotation(old_key):
    a_patient()
    old_key.FIELD_ENCRYPTION_KEY = [NEW, OLD]

    rotate()

    event = Event.objects.order_by("-id").first()
    assert event.action == Action.key_rotation
    assert envelope.decrypt(event.payload)["detail"]["resealed"] == 2


def test_it_finds_nothing_to_do_the_second_time(old_key):
    a_patient()
    old_key.FIELD_ENCRYPTION_KEY = [NEW, OLD]
    rotate()
    before = tokens()

    assert "0 sealed again" in rotate()

    assert tokens() == before


def test_it_leaves_unreadable_values_alone_and_says_so(old_key):
    a_patient()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_patient SET legal_name = %s", [Fernet(NEWER).encrypt(b"x").decode()])
    old_key.FIELD_ENCRYPTION_KEY = [NEW, OLD]
    before = tokens()

    with pytest.raises(CommandError, match="no configured key"):
        rotate()

    assert tokens() == before
    old_key.FIELD_ENCRYPTION_KEY = [NEW]
    with pytest.raises(keys.KeysDoNotFit):
        keys.check_fingerprints()


def test_it_goes_through_three_keys(old_key):
    a_patient(legal_name="Person A")
    old_key.FIELD_ENCRYPTION_KEY = [NEW, OLD]
    a_patient(legal_name="Person B")
    old_key.FIELD_ENCRYPTION_KEY = [NEWER, NEW, OLD]
    a_patient(legal_name="Person C")

    rotate()

    old_key.FIELD_ENCRYPTION_KEY = [NEWER]
    assert sorted(reveal(patient.legal_name) for patient in Patient.objects.all()) == [
        "Person A",
        "Person B",
        "Person C",
    ]


def test_it_never_undoes_a_save_that_came_in_between(old_key, monkeypatch):
    patient = a_patient(legal_name="Before")
    old_key.FIELD_ENCRYPTION_KEY = [NEW, OLD]
    replace = rotation._replace

    def replace_late(model, column, changes):
        if column == "legal_name" and model is Patient:
            monkeypatch.setattr(rotation, "_replace", replace)
            loaded = Patient.objects.get(id=patient.id)
            loaded.legal_name = "Saved meanwhile"
            loaded.save()
        return replace(model, column, changes)

    monkeypatch.setattr(rotation, "_replace", replace_late)
    tally = rotation.rotate()

    assert reveal(Patient.objects.get(id=patient.id).legal_name) == "Saved meanwhile"
    assert tally.overtaken == 1


def test_it_loses_nothing_while_people_work(old_key):
    patients = [a_patient(legal_name=f"{number}:0") for number in range(30)]
    old_key.FIELD_ENCRYPTION_KEY = [NEW, OLD]
    written, stop, failures = {}, threading.Event(), []

    def work():
        try:
            with open_context(AccessContext(actor=system_actor("test"))):
                for turn in range(1, 10_000):
                    for number, patient in enumerate(patients):
                        if stop.is_set():
                            return
                        loaded = Patient.objects.get(id=patient.id)
                        loaded.legal_name = f"{number}:{turn}"
                        loaded.save()
                        written[number] = turn
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        rotation.rotate(batch=7)
    finally:
        stop.set()
        worker.join()

    assert failures == []
    assert written
    names = {reveal(patient.legal_name) for patient in Patient.objects.filter(id__in=[one.id for one in patients])}
    assert names == {f"{number}:{written.get(number, 0)}" for number in range(30)}


def test_it_says_so_when_some_process_goes_on_writing_with_an_old_key(old_key, monkeypatch):
    a_patient()
    old_key.FIELD_ENCRYPTION_KEY = [NEW, OLD]
    monkeypatch.setattr(rotation, "MAX_PASSES", 3)
    one_pass = rotation._one_pass

    def pass_and_old_write(**options):
        done = one_pass(**options)
        Patient.objects.all().first()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_patient SET legal_name = %s", [Fernet(OLD).encrypt(b"x").decode()])
        return done

    monkeypatch.setattr(rotation, "_one_pass", pass_and_old_write)

    with pytest.raises(rotation.RotationStuck, match="restart every process"):
        rotation.rotate()


@pytest.mark.slow
def test_it_can_be_killed_and_started_again(old_key, tmp_path):
    """A real process, a real SIGKILL, several times; then every row opens with the new key alone."""
    many = 3_000
    Patient.objects.bulk_create(
        [
            Patient(id=uuid6.uuid7(), legal_name=f"Person {number}", birth_date="1958-12-31", home_state="OH")
            for number in range(many)
        ]
    )
    where = {name: connection.settings_dict[name] for name in ("NAME", "HOST", "PORT", "USER", "PASSWORD")}
    (tmp_path / "rotating.py").write_text(
        "from oncology_clinic.settings.test import *\n"
        f"FIELD_ENCRYPTION_KEY = {[NEW, OLD]!r}\n"
        f"DATABASES['default'].update({where!r})\n"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "rotating",
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{os.getcwd()}",
    }
    command = [sys.executable, "manage.py", "rotate_keys", "--batch", "20", "--skip-checks"]

    done, kills = 0, 0
    for _ in range(3):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        goal = done + 300
        while process.poll() is None and under(NEW) < goal:
            time.sleep(0.02)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        _, said = process.communicate()
        assert process.returncode in (0, -signal.SIGKILL), said.decode()
        now = under(NEW)
        assert now >= done
        done = now
    assert kills >= 1
    assert 0 < done < many
    subprocess.run(command, env=environment, check=True, capture_output=True)

    assert under(NEW) == many
    old_key.FIELD_ENCRYPTION_KEY = [NEW]
    keys.check_fingerprints()
    assert len({reveal(patient.legal_name) for patient in Patient.objects.iterator()}) == many
