"""A superuser with the triggers off attacks the log; `verify_audit` says what was done.

Each attack is one of the table in docs/decisions/0004-audit-log.md.
"""

import io
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from oncology_clinic.audit import envelope, events, sealing, sealrecord, verification, writer
from oncology_clinic.audit.contract import Action, Category, Outcome
from oncology_clinic.audit.models import Event, Seal
from oncology_clinic.audit.verdicts import Exit
from tests.audit.conftest import as_superuser, seal_now
from tests.audit.factories import an_actor

pytestmark = pytest.mark.django_db(transaction=True)
DOCTOR = an_actor()
COLUMNS = "eid, era, xid, ts, db_ts, action, outcome, category, patient_bidx, actor_bidx, kid, payload, mac"


def some_events(count):
    """Each in its own transaction, as requests write them."""
    for _ in range(count):
        events.record(Action.read, actor=DOCTOR, category=Category.screening, now=timezone.now())


@pytest.fixture
def log(empty_log):
    """Three seals of ten events each (ids 1..30), and five unsealed events (31..35)."""
    for _ in range(3):
        some_events(10)
        seal_now()
    some_events(5)
    assert list(Seal.objects.values_list("n", "count")) == [(1, 10), (2, 10), (3, 10)]
    return empty_log


def verdicts():
    report = verification.verify(now=timezone.now())
    return report, {finding.verdict for finding in report.findings}


def said():
    """(exit status, everything printed) of the command."""
    out = io.StringIO()
    try:
        call_command("verify_audit", stdout=out, stderr=io.StringIO())
    except SystemExit as exit_:
        return exit_.code, out.getvalue()
    return 0, out.getvalue()


def forged(**changes):
    """A row with a right MAC, as somebody with stolen MAC and payload keys makes it."""
    values = {
        "action": Action.delete,
        "frame": writer.frame(DOCTOR, None),
        "category": Category.screening,
        "outcome": Outcome.ok,
        "now": timezone.now(),
        "patient_id": None,
        "facts": {},
        **changes,
    }
    return writer.event(values.pop("action"), **values)


def insert_sealed_forgery(row):
    """Put a row into the range that seal 1 covers."""
    names = "eid, ts, action, outcome, category, patient_bidx, actor_bidx, kid, payload, mac"
    sql = (
        f"INSERT INTO audit_event ({names}, xid, era) "
        f"SELECT {', '.join(['%s'] * 10)}, xid, era FROM audit_event WHERE id = 5"
    )
    as_superuser((sql, row))


@contextmanager
def rules_restored():
    """What an attacker did to the tables' own rules is put right again."""
    try:
        yield
    finally:
        as_superuser("TRUNCATE audit_event, audit_seal")
        with connection.cursor() as cursor:
            for table, columns in {"audit_event": ("era", "xid", "kid"), "audit_seal": ("root", "sealed_at")}.items():
                for column in columns:
                    cursor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL")
            cursor.execute("ALTER TABLE audit_event ALTER COLUMN era SET DEFAULT 1")


# -- nothing wrong --------------------------------------------------------------------------


def test_it_finds_nothing_wrong_where_nothing_is(log):
    report, found = verdicts()

    assert found == set()
    assert report.exit is Exit.ok
    assert (report.sealed_events, report.unsealed_events, report.seals) == (30, 5, 3)
    assert (report.first_id, report.last_id) == (1, 30)


def test_it_says_ok_and_that_the_unsealed_tail_waits_for_a_witness(log):
    status, text = said()

    assert status == 0
    assert "OK: everything sealed is proved." in text
    assert "5 events are not sealed yet" in text
    assert "witness outside the database, which is not built yet" in text


def test_it_records_that_somebody_verified(log):
    said()

    newest = Event.objects.order_by("-id").first()
    assert newest.action == Action.seal_check
    assert envelope.decrypt(newest.payload)["detail"]["exit"] == 0


# -- edits ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "payload = reverse(payload)",
        "ts = ts + interval '1 second'",
        "patient_bidx = '\\x00112233445566778899aabbccddeeff'",
        "actor_bidx = '\\x00112233445566778899aabbccddeeff'",
        "action = 4",
        "outcome = 2",
        "category = 1",
        "mac = '\\x" + "00" * 32 + "'",
    ],
)
def test_it_names_an_edited_sealed_event(log, change):
    as_superuser(f"UPDATE audit_event SET {change} WHERE id = 17")

    status, text = said()

    assert status == 1
    assert "EVENT-MAC-BAD id=17: row edited or forged\n" in text
    assert "First bad event: id=17" in text


def test_it_names_an_edited_unsealed_event(log):
    as_superuser("UPDATE audit_event SET action = 4 WHERE id = 33")

    status, text = said()

    assert status == 1
    assert "EVENT-MAC-BAD id=33: row edited or forged (unsealed)" in text


def test_it_names_an_edit_made_with_the_stolen_mac_key(log):
    row = forged()
    names = "eid, ts, action, outcome, category, patient_bidx, actor_bidx, kid, payload, mac"
    as_superuser((f"UPDATE audit_event SET ({names}) = ({', '.join(['%s'] * 10)}) WHERE id = 17", row))

    report, found = verdicts()

    assert found == {"ROOT-MISMATCH"}
    assert report.first_bad == 17


@pytest.mark.parametrize("change", ["db_ts = db_ts - interval '1 day'"])
def test_it_names_an_edit_of_what_the_database_chose(log, change):
    as_superuser(f"UPDATE audit_event SET {change} WHERE id = 17")

    report, found = verdicts()

    assert found == {"ROOT-MISMATCH"}
    assert report.first_bad == 17


# -- deletions ----------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["eid", "ts", "payload", "mac", "db_ts"])
def test_it_names_an_event_with_an_emptied_column(log, column):
    as_superuser(
        f"ALTER TABLE audit_event ALTER {column} DROP NOT NULL", f"UPDATE audit_event SET {column} = NULL WHERE id = 17"
    )
    try:
        report, found = verdicts()
    finally:
        as_superuser("TRUNCATE audit_event", f"ALTER TABLE audit_event ALTER {column} SET NOT NULL")

    assert "EVENT-MAC-BAD" in found
    assert report.first_bad == 17


def test_it_names_a_deleted_event(log):
    as_superuser("DELETE FROM audit_event WHERE id = 5")

    status, text = said()

    assert status == 1
    assert "EVENTS-MISSING seal 1: 10 sealed, 9 present; id=5 gone" in text
    assert "First bad event: id=5" in text


def test_it_names_the_last_sealed_events_deleted(log):
    as_superuser("DELETE FROM audit_event WHERE id BETWEEN 26 AND 30")

    report, found = verdicts()

    assert found == {"EVENTS-MISSING"}
    assert "seal 3: 10 sealed, 5 present" in report.findings[0].sentence
    assert report.first_bad == 26


def test_it_names_a_truncated_log(log):
    as_superuser("TRUNCATE audit_event")

    report, found = verdicts()

    assert found == {"EVENTS-MISSING"}
    assert len(report.findings) == 3
    assert report.first_bad == 1


def test_it_names_a_log_truncated_with_its_seals(log):
    as_superuser("TRUNCATE audit_event, audit_seal")

    status, text = said()

    assert status == 1
    assert "ROLLBACK anchor knows seal 3, database ends at 0" in text


def test_it_does_not_see_the_unsealed_tail_go_and_says_so(log):
    as_superuser("DELETE FROM audit_event WHERE id > 30")

    status, text = said()

    assert status == 0
    assert "that none was removed can only be shown by a witness" in text


# -- order, insertion, replay ----------------------------------------------------------------------


def test_it_names_two_swapped_events(log):
    as_superuser(
        "UPDATE audit_event SET id = -1 WHERE id = 12",
        "UPDATE audit_event SET id = 12 WHERE id = 16",
        "UPDATE audit_event SET id = 16 WHERE id = -1",
    )

    report, found = verdicts()

    assert found == {"ROOT-MISMATCH"}
    assert "seal 2: count right, content or order changed" in report.findings[0].sentence
    assert report.first_bad == 12


def test_it_names_a_forged_event_among_sealed_ones(log):
    row = list(forged())
    row[-1] = bytes(32)
    insert_sealed_forgery(row)

    report, found = verdicts()

    assert found == {"EVENT-MAC-BAD", "EVENTS-ADDED"}
    assert report.exit is Exit.tampering


def test_it_names_a_forgery_made_with_the_stolen_mac_key(log):
    insert_sealed_forgery(forged())

    report, found = verdicts()

    assert found == {"EVENTS-ADDED"}
    assert "seal 1: 10 sealed, 11 present; id=36 never sealed" in report.findings[0].sentence


def test_it_names_a_forgery_added_now_without_the_key(log):
    row = list(forged())
    row[-1] = bytes(32)
    writer.insert([tuple(row)])

    _, found = verdicts()

    assert found == {"EVENT-MAC-BAD"}


@pytest.mark.parametrize("change", ["xid = '9000000000'", "era = 7"])
def test_it_names_an_event_of_a_transaction_that_never_was(log, change):
    as_superuser(f"UPDATE audit_event SET {change} WHERE id = 35")

    report, found = verdicts()

    assert found == {"EVENTS-ADDED"}
    assert report.first_bad == 35


@pytest.mark.parametrize("source", [5, 33], ids=["sealed", "unsealed"])
def test_it_names_a_replayed_event(log, source):
    as_superuser(
        "ALTER TABLE audit_event DROP CONSTRAINT audit_event_eid_once",
        f"INSERT INTO audit_event ({COLUMNS}) SELECT {COLUMNS} FROM audit_event WHERE id = {source}",
    )
    try:
        report, found = verdicts()
    finally:
        as_superuser("TRUNCATE audit_event", "ALTER TABLE audit_event ADD CONSTRAINT audit_event_eid_once UNIQUE (eid)")

    assert "EVENT-DUPLICATED" in found
    assert ("EVENTS-ADDED" in found) == (source == 5)
    assert report.first_bad == source


@pytest.mark.parametrize("place", ["era", "xid"])
def test_it_names_an_event_taken_out_of_the_order(log, place):
    """Rows without a place are in no range of any seal, and the auditor's page shows them all the same."""
    with rules_restored():
        as_superuser(
            f"ALTER TABLE audit_event ALTER COLUMN {place} DROP NOT NULL",
            f"UPDATE audit_event SET {place} = NULL WHERE id = 33",
        )
        report, found = verdicts()

    assert found == {"EVENTS-ADDED"}
    assert report.first_bad == 33


# -- seals ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["root", "sealed_at"])
def test_it_names_a_seal_with_an_emptied_column(log, column):
    with rules_restored():
        as_superuser(
            f"ALTER TABLE audit_seal ALTER COLUMN {column} DROP NOT NULL",
            f"UPDATE audit_seal SET {column} = NULL WHERE n = 2",
        )
        status, text = said()

    assert status == 1
    assert "SEAL-SIGNATURE-BAD 2" in text


def test_it_names_a_seal_whose_list_of_events_is_no_list(log):
    as_superuser("UPDATE audit_seal SET manifest = 'xyz' WHERE n = 2")

    status, text = said()

    assert status == 1
    assert "ROOT-MISMATCH seal 2: its list of events was edited" in text


@pytest.mark.parametrize("number", [0, -5])
def test_it_names_a_seal_planted_before_the_first(log, number):
    kept = "era, lo, hi, count, root, manifest, previous, sealed_at, key_id, signature"
    as_superuser(f"INSERT INTO audit_seal (n, {kept}) SELECT {number}, {kept} FROM audit_seal WHERE n = 3")

    report, found = verdicts()

    assert "SEAL-CHAIN-BROKEN" in found
    assert report.exit is Exit.tampering


def test_it_names_an_era_that_was_taken_away(log):
    with rules_restored():
        as_superuser("ALTER TABLE audit_event ALTER COLUMN era DROP DEFAULT")
        _, found = verdicts()

    assert found == {"EVENTS-ADDED"}


def test_it_names_a_cut_off_sealed_tail(log):
    as_superuser("DELETE FROM audit_event WHERE id > 20", "DELETE FROM audit_seal WHERE n = 3")

    status, text = said()

    assert status == 1
    assert "ROLLBACK anchor knows seal 3, database ends at 2" in text


def test_it_names_a_missing_seal_in_the_middle(log):
    as_superuser("DELETE FROM audit_seal WHERE n = 2")

    report, found = verdicts()

    assert [str(finding) for finding in report.findings] == [
        "SEAL-MISSING 2..2",
        "SEAL-CHAIN-BROKEN 3: does not follow seal 2",
    ]
    assert found == {"SEAL-MISSING", "SEAL-CHAIN-BROKEN"}


def test_it_names_an_edited_seal(log):
    as_superuser("UPDATE audit_seal SET count = 9 WHERE n = 2")

    _, found = verdicts()

    assert found >= {"SEAL-SIGNATURE-BAD", "SEAL-CHAIN-BROKEN", "ANCHOR-MISMATCH"}


def test_it_names_an_edited_manifest(log):
    as_superuser("UPDATE audit_seal SET manifest = overlay(manifest placing '\\xff'::bytea from 12) WHERE n = 2")

    _, found = verdicts()

    assert found >= {"SEAL-SIGNATURE-BAD", "ANCHOR-MISMATCH"}


def reseal_everything():
    """Delete a row, then compute every seal anew with whatever key is configured."""
    as_superuser("DELETE FROM audit_event WHERE id = 5", "TRUNCATE audit_seal")
    last = None
    for _ in range(3):
        with transaction.atomic():
            last = sealing._next_seal(last, now=timezone.now(), rows_a_seal=8)
            sealing._insert(last)


def test_it_names_seals_made_anew_with_another_key(log, settings):
    genuine = settings.AUDIT_SEAL_PRIVATE_KEY
    settings.AUDIT_SEAL_PRIVATE_KEY = "dGhlIHRoaWVmJ3Mgb3duIHNlYWwga2V5IC4uLiAuLi4="
    reseal_everything()
    settings.AUDIT_SEAL_PRIVATE_KEY = genuine

    _, found = verdicts()

    assert found >= {"SEAL-SIGNATURE-BAD", "ANCHOR-MISMATCH"}


def test_it_names_seals_made_anew_with_the_stolen_key(log):
    reseal_everything()

    report, found = verdicts()

    assert "SEAL-SIGNATURE-BAD" not in found
    assert "ANCHOR-MISMATCH" in found
    assert report.exit is Exit.tampering


def test_it_names_a_database_rolled_back_to_an_older_state(log):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE older AS SELECT * FROM audit_event")
        cursor.execute("CREATE TABLE older_seal AS SELECT * FROM audit_seal")
    some_events(3)
    seal_now()

    as_superuser(
        "TRUNCATE audit_event, audit_seal",
        "INSERT INTO audit_event OVERRIDING SYSTEM VALUE SELECT * FROM older",
        "INSERT INTO audit_seal SELECT * FROM older_seal",
        "DROP TABLE older, older_seal",
    )

    report, found = verdicts()
    assert found == {"ROLLBACK"}
    assert "anchor knows seal 4, database ends at 3" in report.findings[0].sentence
    with pytest.raises(sealing.SealingRefused, match="ROLLBACK"):
        sealing.seal_pass(timezone.now())


# -- doubt and lag --------------------------------------------------------------------------------------


def test_it_does_not_say_ok_without_the_anchor(log):
    log.path.unlink()

    status, text = said()

    assert status == 2
    assert "ANCHOR-MISSING" in text


def test_it_does_not_say_ok_with_a_shortened_anchor(log):
    lines = log.path.read_text().splitlines(keepends=True)
    log.path.write_text("".join(lines[:1]))

    status, text = said()

    assert status == 2
    assert "ANCHOR-INCOMPLETE" in text


def test_it_does_not_say_ok_when_the_anchor_lost_the_newest_seal(log):
    lines = log.path.read_bytes().splitlines(keepends=True)
    log.path.write_bytes(b"".join(lines[:-1]))

    just_sealed = verification.verify(now=timezone.now())
    later = verification.verify(now=timezone.now() + timedelta(minutes=2))

    assert just_sealed.exit is Exit.ok
    assert "ANCHOR-INCOMPLETE" in {finding.verdict for finding in later.findings}


def test_it_does_not_say_ok_with_a_damaged_anchor(log):
    log.path.write_text("rubbish\n" + log.path.read_text())

    assert said()[0] == 2


def test_it_does_not_say_ok_without_the_mac_key(log, settings):
    settings.AUDIT_MAC_KEYS = {2: settings.AUDIT_MAC_KEYS[1]}

    report, found = verdicts()

    assert report.exit is Exit.not_verified
    assert found == {"KEY-MISSING"}


def test_it_does_not_say_ok_without_any_key_for_seals(log, settings):
    settings.AUDIT_SEAL_PRIVATE_KEY = ""
    settings.AUDIT_SEAL_PUBLIC_KEYS = []

    report, found = verdicts()

    assert (report.exit, found) == (Exit.not_verified, {"KEY-MISSING"})


def test_it_verifies_with_the_public_key_alone(log, settings):
    settings.AUDIT_SEAL_PUBLIC_KEYS = [sealrecord.public_key_text(sealrecord.private_key())]
    settings.AUDIT_SEAL_PRIVATE_KEY = ""
    settings.AUDIT_PAYLOAD_KEYS = ["bm90IHRoZSBrZXkgdGhhdCByZWFkcyBwYXlsb2FkcyE="]

    assert verdicts()[1] == set()


def test_it_does_not_say_ok_about_an_empty_log(empty_log):
    status, text = said()

    assert status == 2
    assert "NOTHING-SEALED" in text


def test_it_does_not_say_ok_when_the_database_cannot_be_read(log, monkeypatch):
    def gone(**kwargs):
        raise DatabaseError("server closed the connection")

    monkeypatch.setattr(verification, "verify", gone)

    assert said()[0] == 2


def test_it_reports_a_sealer_that_is_behind(log):
    later = timezone.now() + timedelta(seconds=90)

    report = verification.verify(now=later)

    assert report.exit is Exit.sealing_lag
    assert {finding.verdict for finding in report.findings} == {"SEALING-LAG"}


def test_it_reports_a_sealer_that_is_silent(log):
    seal_now()
    later = timezone.now() + timedelta(minutes=11)

    report = verification.verify(now=later)

    assert report.exit is Exit.sealing_lag
    assert {finding.verdict for finding in report.findings} == {"SEALER-SILENT"}


def test_it_can_begin_at_a_later_seal(log):
    as_superuser("DELETE FROM audit_event WHERE id = 5")

    report = verification.verify(now=timezone.now(), since_seal=2)

    assert report.exit is Exit.ok
    assert report.sealed_events == 20


def test_it_tells_how_far_it_is(log):
    read = []

    verification.verify(now=timezone.now(), progress=read.append)

    assert sum(read) == verification.count_events() == 35


# -- transaction numbers are numbers ---------------------------------------------------------


def test_it_proves_an_honest_log_whose_transaction_numbers_gain_a_digit(empty_log):
    some_events(4)
    as_superuser("UPDATE audit_event SET xid = (ARRAY['99', '100', '999', '1000'])[id]::xid8 WHERE id BETWEEN 1 AND 4")
    for _ in range(3):
        seal_now(rows_a_seal=1)

    report, found = verdicts()

    assert found == set()
    assert report.seals > 1
    assert report.sealed_events == 4
