"""The sealer: complete, alone, on time, and safe to kill at any point."""

import threading
from datetime import timedelta
from hashlib import sha256

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.utils import timezone

from oncology_clinic.audit import anchors, events, merkle, sealing, tasks, verification
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.audit.models import Event, Seal
from oncology_clinic.audit.verdicts import Exit
from tests.audit.conftest import as_superuser, seal_now
from tests.audit.factories import an_actor

pytestmark = pytest.mark.django_db(transaction=True)
DOCTOR = an_actor()


def some_events(count=1):
    for _ in range(count):
        events.record(Action.read, actor=DOCTOR, category=Category.screening, now=timezone.now())


def seals():
    return list(Seal.objects.order_by("n").values_list("n", "count"))


def proved():
    return verification.verify(now=timezone.now()).exit


def test_it_seals_what_has_finished(empty_log):
    some_events(3)

    assert seal_now() == 1

    assert seals() == [(1, 3)]
    assert [entry.n for entry in empty_log.entries()] == [1]
    assert proved() is Exit.ok


def test_it_makes_no_seal_when_nothing_happened_until_the_heartbeat(empty_log):
    some_events()
    seal_now()
    now = timezone.now()

    assert sealing.seal_pass(now + timedelta(minutes=4)) == 0
    assert sealing.seal_pass(now + timedelta(minutes=5, seconds=1)) == 1

    assert seals() == [(1, 1), (2, 0)]


def test_it_leaves_rows_of_a_running_transaction_and_all_after_it_for_later(empty_log):
    some_events(2)
    side = connection.copy()
    side.ensure_connection()
    try:
        with side.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT pg_current_xact_id()")
            some_events(3)
            sealing.seal_pass(timezone.now())
            sealed_before = sum(count for _, count in seals())
            cursor.execute("COMMIT")
    finally:
        side.close()
    seal_now()

    assert sealed_before <= 2
    assert sum(count for _, count in seals()) == 5
    assert proved() is Exit.ok


def test_it_orders_by_transaction_not_by_commit(empty_log):
    """A transaction that began first and committed last stands first in its seal."""
    side = connection.copy()
    side.ensure_connection()
    try:
        with side.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT pg_current_xact_id()")
            some_events(2)
            cursor.execute(
                "INSERT INTO audit_event (eid, ts, action, outcome, category, actor_bidx, kid, payload, mac) "
                "SELECT gen_random_uuid(), ts, action, outcome, category, actor_bidx, kid, payload, mac "
                "FROM audit_event LIMIT 1"
            )
            cursor.execute("COMMIT")
    finally:
        side.close()
    seal_now()

    ids = [id_ for id_, _ in sealing.last_seal().entries()]
    late = Event.objects.order_by("-id").first()
    assert ids[0] == late.id
    assert len(ids) == 3


def test_it_cuts_a_backlog_into_several_seals_never_inside_a_transaction(empty_log):
    some_events(7)
    with transaction.atomic():
        some_events(5)

    seal_now(rows_a_seal=3)

    assert sum(count for _, count in seals()) == 12
    assert max(count for _, count in seals()) >= 5
    assert len(seals()) > 1
    assert proved() is Exit.ok


class Died(BaseException):
    """Stands for SIGKILL."""


def test_it_anchors_after_a_crash_between_commit_and_anchor(empty_log, monkeypatch):
    def die(self, seal):
        raise Died

    some_events(3)
    with monkeypatch.context() as patch:
        patch.setattr(anchors.FileAnchor, "append", die)
        with pytest.raises(Died):
            seal_now()
    assert seals() == [(1, 3)]
    assert empty_log.newest() is None

    some_events(2)
    seal_now()

    assert seals() == [(1, 3), (2, 2)]
    assert [entry.n for entry in empty_log.entries()] == [1, 2]
    assert proved() is Exit.ok


def test_it_goes_on_after_a_crash_in_the_middle_of_the_anchor_line(empty_log):
    some_events(3)
    seal_now()
    some_events(1)
    seal_now()
    whole = empty_log.path.read_bytes()
    first, second = whole.splitlines(keepends=True)

    for torn in range(1, len(second)):
        empty_log.path.write_bytes(first + second[:torn])
        sealing.seal_pass(timezone.now())
        assert [entry.n for entry in empty_log.entries()] == [1, 2], torn
        assert proved() is Exit.ok, torn


@pytest.mark.parametrize("at", ["_insert", "_next_seal", "_check_anchor_agrees"])
def test_it_makes_no_half_seal_when_killed_before_the_commit(empty_log, monkeypatch, at):
    some_events(3)

    def die(*args, **kwargs):
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(sealing, at, die)
        with pytest.raises(Died):
            seal_now()
    assert seals() == []

    seal_now()
    assert seals() == [(1, 3)]


def test_it_never_seals_twice_when_two_sealers_run_at_once(empty_log):
    failures = []

    def run():
        try:
            for _ in range(10):
                tasks.seal()
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    some_events(20)
    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    some_events(20)
    for thread in threads:
        thread.join()
    seal_now()

    assert failures == []
    assert sum(count for _, count in seals()) == 40
    numbers = [entry.n for entry in empty_log.entries()]
    assert sorted(set(numbers)) == [n for n, _ in seals()]
    assert proved() is Exit.ok


def test_it_refuses_to_go_on_without_its_anchor(empty_log):
    for _ in range(2):
        some_events()
        seal_now()
    empty_log.path.unlink()

    some_events()
    with pytest.raises(sealing.SealingRefused):
        seal_now()

    assert len(seals()) == 2


def test_it_refuses_when_the_last_seal_is_another_one_than_the_anchor_knows(empty_log):
    some_events()
    seal_now()
    as_superuser("UPDATE audit_seal SET count = 7")

    with pytest.raises(sealing.SealingRefused, match="ANCHOR-MISMATCH 1"):
        seal_now()


def test_it_refuses_when_transaction_numbers_went_back(empty_log):
    some_events()
    seal_now()
    ahead = sealing._oldest_running() + 1_000_000
    as_superuser(("UPDATE audit_seal SET hi = %s", [ahead]))
    empty_log.path.unlink()

    with pytest.raises(sealing.SealingRefused, match="new_audit_era"):
        seal_now()


def test_it_seals_the_rest_of_the_old_era_and_begins_a_new_one(empty_log):
    some_events(2)
    seal_now()
    some_events(3)

    call_command("new_audit_era")
    try:
        some_events(4)
        seal_now()

        assert seals()[:2] == [(1, 2), (2, 3)]
        assert sum(count for _, count in seals()) == 10  # the new era itself is an event
        assert set(Event.objects.values_list("era", flat=True)) == {1, 2}
        assert proved() is Exit.ok
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_event ALTER COLUMN era SET DEFAULT 1")


def test_it_refuses_to_go_back_to_an_older_era(empty_log):
    some_events()
    seal_now()
    as_superuser("UPDATE audit_seal SET era = 5")
    empty_log.path.unlink()

    with pytest.raises(sealing.SealingRefused):
        seal_now()


def reference_root(leaves):
    """RFC 6962 2.1, as it is written: split at the largest power of two."""
    if not leaves:
        return merkle.EMPTY
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + reference_root(leaves[:k]) + reference_root(leaves[k:])).digest()


@pytest.mark.parametrize("count", range(34))
def test_it_makes_the_root_of_rfc_6962(count):
    leaves = [merkle.leaf(bytes([number])) for number in range(count)]

    assert merkle.root(leaves) == reference_root(leaves)


def test_it_has_the_roots_of_the_certificate_transparency_vectors():
    """The reference tree of google/certificate-transparency: leaves "", 00, 10, 2021, 3031, 40414243, ..."""
    data = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    leaves = [merkle.leaf(bytes.fromhex(text)) for text in data]

    assert merkle.root(leaves[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle.root(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
