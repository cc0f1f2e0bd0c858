"""Proves the log against its seals and the anchor, in one stream over one snapshot of the database.

Every row's MAC is computed, every sealed set compared with its manifest and Merkle root,
every seal with its signature, its predecessor and the anchor. Needs the MAC keys and the
public seal keys; neither the payload keys nor the seal key, so that an auditor can verify
without being able to read.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from oncology_clinic.audit import anchors, envelope, merkle, sealing, sealrecord
from oncology_clinic.audit.sealrecord import GENESIS, SealRecord
from oncology_clinic.audit.verdicts import Report
from oncology_clinic.crypto import secrets

LAG_ALARM = timedelta(seconds=60)
SILENCE_ALARM = 2 * sealing.HEARTBEAT
ROWS_A_FETCH = 5_000

_EVENTS = """
SELECT era, xid::text, id, uuid_send(eid), to_char(ts AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS'),
       action, outcome, category, patient_bidx, actor_bidx, kid, payload, mac,
       to_char(db_ts AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS')
FROM audit_event WHERE (era, xid) >= (%s, %s::text::xid8) AND xid IS NOT NULL
-- named in full: plain `xid` would be the output column, a text, and order 1000 before 999
ORDER BY audit_event.era, audit_event.xid, audit_event.id
"""
_PLACELESS = "SELECT id FROM audit_event WHERE era IS NULL OR xid IS NULL ORDER BY id LIMIT 5"
_DUPLICATES = """
SELECT eid::text, count(*), min(id) FROM audit_event GROUP BY eid HAVING count(*) > 1 ORDER BY min(id)
"""


@dataclass(slots=True)
class Proof:
    """One event as the verifier sees it."""

    era: int
    xid: int
    id: int
    leaf: bytes
    db_ts: str


@dataclass(slots=True)
class _Run:
    report: Report
    macs: Mapping[int, bytes]
    progress: Callable[[int], object]
    unknown_kids: dict[int, list[int]] = field(default_factory=dict)
    bad_macs: list[int] = field(default_factory=list)


def verify(*, now: datetime, since_seal: int = 1, progress: Callable[[int], object] = lambda rows: None) -> Report:
    """Verify everything from seal `since_seal` on (1: the whole log).

    `progress` is told how many events were read since it was last told. `now` judges the
    sealing lag, and whether the newest seal may still be on its way to the anchor. Raises nothing about the data: what cannot be verified is a finding.
    """
    report = Report()
    run = _Run(report=report, macs=secrets.by_kid("AUDIT_MAC_KEYS"), progress=progress)
    with _snapshot() as database:
        events = _Ahead(_stream_events(database, run, since_seal=since_seal))
        last = _verify_seals(database, run, events, since_seal=since_seal)
        _verify_tail(database, run, events, last=last, now=now)
        _find_duplicates(database, report)
        _find_placeless(database, report)
    if last is None:
        report.add("NOTHING-SEALED", "there is no seal yet, so there is nothing that could be proved")
    _compare_with_anchor(report, last, now=now)
    _name_bad_rows(run)
    return report


def count_events(*, since_seal: int = 1) -> int:
    """How many events a run will read, for the progress bar."""
    with _snapshot() as database, database.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM audit_event WHERE (era, xid) >= (%s, %s::text::xid8)", _start(database, since_seal)
        )
        return int(cursor.fetchone()[0])


@contextmanager
def _snapshot() -> Iterator[Any]:
    """A connection of its own (psycopg2's) on one read-only snapshot."""
    side = connection.copy()
    side.ensure_connection()
    database = side.connection
    database.set_session(isolation_level="REPEATABLE READ", readonly=True, autocommit=False)
    try:
        yield database
    finally:
        database.rollback()
        side.close()


# -- events ------------------------------------------------------------------------------


class _Ahead:
    """The stream of events, with a look at the next one."""

    def __init__(self, stream: Iterator[Proof]) -> None:
        self._stream = stream
        self.next = next(stream, None)

    def before(self, era: int, xid: int) -> list[Proof]:
        """All events up to, not including, this place in the log's order."""
        taken = []
        ahead, stream = self.next, self._stream
        while ahead is not None and (ahead.era < era or (ahead.era == era and ahead.xid < xid)):
            taken.append(ahead)
            ahead = next(stream, None)
        self.next = ahead
        return taken

    def rest(self) -> Iterator[Proof]:
        while self.next is not None:
            yield self.next
            self.next = next(self._stream, None)


def _start(database: Any, since_seal: int) -> list[Any]:
    if since_seal <= 1:
        return [-(2**31), "0"]
    with database.cursor() as cursor:
        cursor.execute("SELECT era, lo FROM audit_seal WHERE n >= %s ORDER BY n LIMIT 1", [since_seal])
        era, lo = cursor.fetchone() or (-(2**31), 0)
    return [era, str(lo)]


def _stream_events(database: Any, run: _Run, *, since_seal: int) -> Iterator[Proof]:
    start = _start(database, since_seal)
    with database.cursor(name="audit_events") as cursor:
        cursor.itersize = ROWS_A_FETCH
        cursor.execute(_EVENTS, start)
        number = 0
        for number, row in enumerate(cursor, start=1):
            yield _prove(run, row)
            if number % ROWS_A_FETCH == 0:
                run.progress(ROWS_A_FETCH)
        run.progress(number % ROWS_A_FETCH)


def _prove(run: _Run, row: tuple[Any, ...]) -> Proof:
    """The leaf of one row; notes a MAC that is wrong, and a row that cannot even be read as an event."""
    era, xid, id_, eid, ts, action, outcome, category, patient, actor, kid, payload, stored, db_ts = row
    number = int(xid)
    try:
        eid, mac = bytes(eid), bytes(stored)
        key = run.macs.get(kid)
        if key is None and kid is not None:
            run.unknown_kids.setdefault(kid, []).append(id_)
        elif (
            key is None
            or hmac.digest(key, _mac_input(eid, ts, action, outcome, category, patient, actor, kid, payload), "sha256")
            != mac
        ):
            run.bad_macs.append(id_)
        leaf = sealrecord.leaf_of(id_=id_, xid=number, db_ts=db_ts, eid=eid, mac=mac)
    except (TypeError, ValueError, AttributeError):  # an emptied column: no event of ours
        run.bad_macs.append(id_)
        leaf = bytes(32)
    return Proof(era, number, id_, leaf, db_ts or "")


def _mac_input(
    eid: bytes, ts: str, action: int, outcome: int, category: int, patient: Any, actor: Any, kid: int, payload: str
) -> bytes:
    return envelope.mac_input(
        eid=eid,
        ts=ts.encode(),
        action=action,
        outcome=outcome,
        category=category,
        patient_bidx=None if patient is None else bytes(patient),
        actor_bidx=bytes(actor),
        kid=kid,
        payload=payload.encode(),
    )


def _name_bad_rows(run: _Run) -> None:
    for id_ in run.bad_macs:
        run.report.add("EVENT-MAC-BAD", f"id={id_}: row edited or forged{_where(run.report, id_)}", id_)
    for kid, ids in run.unknown_kids.items():
        run.report.add(
            "KEY-MISSING", f"MAC key {kid} is not configured: {len(ids)} events, the first id={ids[0]}", ids[0]
        )


def _where(report: Report, id_: int) -> str:
    return "" if report.last_id is not None and id_ <= report.last_id else " (unsealed)"


def _find_duplicates(database: Any, report: Report) -> None:
    with database.cursor() as cursor:
        cursor.execute(_DUPLICATES)
        for eid, rows, id_ in cursor:
            report.add("EVENT-DUPLICATED", f"{eid}: {rows} rows, the first id={id_}: a row was replayed", id_)


def _find_placeless(database: Any, report: Report) -> None:
    """Rows whose place in the log was emptied stand in no stream, and would be shown to an auditor all the same."""
    with database.cursor() as cursor:
        cursor.execute(_PLACELESS)
        for (id_,) in cursor:
            report.add("EVENTS-ADDED", f"id={id_}: belongs to no transaction, so to no seal", id_)


# -- seals -------------------------------------------------------------------------------


def _verify_seals(database: Any, run: _Run, events: _Ahead, *, since_seal: int) -> SealRecord | None:
    report = run.report
    keys = _public_keys(report)
    remembered = _remembered(report)
    previous: SealRecord | None = None
    for seal in _stream_seals(database, since_seal=since_seal):
        _compare_with_memory(report, seal, remembered)
        if seal.n >= since_seal or since_seal <= 1:
            is_gap = _verify_chain(report, seal, previous, since_seal=since_seal)
            if keys and not sealrecord.is_signed(seal, keys):
                report.add("SEAL-SIGNATURE-BAD", f"{seal.n}: not signed by a seal key of this clinic")
            _verify_rows(report, seal, events, is_after_gap=is_gap)
            report.seals += 1
        previous = seal
    if previous is not None:
        report.newest_seal, report.newest_seal_at = previous.n, previous.sealed_at
    return previous


def _stream_seals(database: Any, *, since_seal: int) -> Iterator[SealRecord]:
    with database.cursor(name="audit_seals") as cursor:
        cursor.itersize = 20
        first = since_seal - 1 if since_seal > 1 else -(2**63)
        cursor.execute(f"SELECT {sealing.SEAL_COLUMNS} FROM audit_seal WHERE n >= %s ORDER BY n, era, lo", [first])
        for row in cursor:
            yield sealing.seal_from_row(_without_gaps(row))


_NOTHING = (0, 0, 0, 0, 0, b"", b"", b"", datetime.min.replace(tzinfo=UTC), b"", b"")


def _without_gaps(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """An emptied column becomes a value that no signature fits."""
    return tuple(nothing if cell is None else cell for cell, nothing in zip(row, _NOTHING, strict=True))


def _verify_chain(report: Report, seal: SealRecord, previous: SealRecord | None, *, since_seal: int) -> bool:
    """Whether this seal follows the one before it. Gives True where seals are missing in between."""
    expected = previous.n + 1 if previous else since_seal
    if seal.n > expected:
        report.add("SEAL-MISSING", f"{expected}..{seal.n - 1}")
    before = previous.hash() if previous else GENESIS
    if seal.n < expected or seal.previous != before:
        report.add("SEAL-CHAIN-BROKEN", f"{seal.n}: does not follow seal {seal.n - 1}")
    elif seal.lo != (previous.hi if previous and previous.era == seal.era else 0):
        report.add("SEAL-CHAIN-BROKEN", f"{seal.n}: its rows do not begin where seal {seal.n - 1} ends")
    return seal.n > expected


def _verify_rows(report: Report, seal: SealRecord, events: _Ahead, *, is_after_gap: bool) -> None:
    stray = events.before(seal.era, seal.lo)
    if stray and not is_after_gap:
        report.add(
            "EVENTS-ADDED",
            f"before seal {seal.n}: {len(stray)} rows in no seal, the first id={stray[0].id}",
            stray[0].id,
        )
    rows = events.before(seal.era, seal.hi)
    ids, leaves = [row.id for row in rows], [row.leaf for row in rows]
    report.sealed_events += len(rows)
    if ids:
        report.first_id = min(ids) if report.first_id is None else min(report.first_id, min(ids))
        report.last_id = max(ids) if report.last_id is None else max(report.last_id, max(ids))
    if (
        seal.count == len(rows)
        and sealrecord.manifest_of(ids, leaves) == seal.manifest
        and merkle.root(leaves) == seal.root
    ):
        return
    _name_differences(report, seal, rows)


def _name_differences(report: Report, seal: SealRecord, rows: list[Proof]) -> None:
    try:
        sealed = list(seal.entries())
    except sealrecord.ManifestUnreadable:
        report.add("ROOT-MISMATCH", f"seal {seal.n}: its list of events was edited")
        return
    sealed_ids, present_ids = {id_ for id_, _ in sealed}, {row.id for row in rows}
    missing, added = sorted(sealed_ids - present_ids), sorted(present_ids - sealed_ids)
    counts = f"seal {seal.n}: {seal.count} sealed, {len(rows)} present"
    if missing:
        report.add("EVENTS-MISSING", f"{counts}; {_some(missing)} gone", missing[0])
    if added or len(rows) > len(present_ids):
        named = _some(added) if added else "an id twice"
        report.add("EVENTS-ADDED", f"{counts}; {named} never sealed", added[0] if added else None)
    if missing or added:
        return
    starts = dict(sealed)
    changed = [row.id for row in rows if starts.get(row.id) != row.leaf[:4]]
    moved = [row.id for row, (id_, _) in zip(rows, sealed, strict=False) if row.id != id_]
    first = min(changed or moved, default=None)
    named = f"; the first is id={first}" if first is not None else ""
    report.add("ROOT-MISMATCH", f"seal {seal.n}: count right, content or order changed{named}", first)


def _some(ids: list[int]) -> str:
    shown = ", ".join(f"id={id_}" for id_ in ids[:5])
    return shown if len(ids) <= 5 else f"{shown} and {len(ids) - 5} more"


# -- the unsealed tail -----------------------------------------------------------------------


def _verify_tail(database: Any, run: _Run, events: _Ahead, *, last: SealRecord | None, now: datetime) -> None:
    report = run.report
    era, ceiling = _present(database)
    oldest: str | None = None
    for row in events.rest():
        report.unsealed_events += 1
        oldest = min(oldest or row.db_ts, row.db_ts)
        if row.era != era or row.xid >= ceiling:
            report.add("EVENTS-ADDED", f"id={row.id} claims a transaction that this database has not had", row.id)
    waits_since = _time(oldest) if oldest else None
    if waits_since is not None and now - waits_since > LAG_ALARM:
        report.add("SEALING-LAG", f"the oldest unsealed event waits since {waits_since:%Y-%m-%d %H:%M:%S} UTC")
    elif last is not None and now - last.sealed_at > SILENCE_ALARM:
        report.add("SEALER-SILENT", f"no seal since {last.sealed_at:%Y-%m-%d %H:%M:%S} UTC; is the sealer running?")


def _present(database: Any) -> tuple[int, int]:
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
        ceiling = int(cursor.fetchone()[0])
    return sealing.current_era(), ceiling


def _time(stamp: str) -> datetime | None:
    try:
        return datetime.strptime(stamp, "%Y%m%d%H%M%S%f").replace(tzinfo=UTC)
    except ValueError:  # "infinity"
        return None


# -- keys and anchor ---------------------------------------------------------------------------


def _public_keys(report: Report) -> dict[bytes, Any]:
    try:
        return sealrecord.public_keys()
    except sealrecord.NoSealKey as error:
        report.add("KEY-MISSING", str(error))
        return {}


def _remembered(report: Report) -> dict[int, set[bytes]]:
    """The anchor's hashes by seal. Two different ones for one seal are both kept, and one of them will not match."""
    found: dict[int, set[bytes]] = {}
    try:
        anchor = anchors.configured()
        report.anchor = anchor.name
        for entry in anchor.entries():
            found.setdefault(entry.n, set()).add(entry.hash)
    except anchors.AnchorUnreadable as error:
        report.add("ANCHOR-MISSING", str(error))
    report.anchored = len(found)
    return found


def _compare_with_memory(report: Report, seal: SealRecord, remembered: dict[int, set[bytes]]) -> None:
    hashes = remembered.get(seal.n)
    if hashes is not None and hashes != {seal.hash()}:
        report.add("ANCHOR-MISMATCH", f"{seal.n}: the anchor remembers another seal of this number")


def _compare_with_anchor(report: Report, last: SealRecord | None, *, now: datetime) -> None:
    """Asked after the snapshot, of the database as it is now: the sealer may have gone on meanwhile."""
    try:
        known = {entry.n for entry in anchors.configured().entries()}
    except anchors.AnchorUnreadable:
        return  # reported already
    newest, made = max(known, default=0), last.n if last else 0
    in_database = _newest_in_database()
    if newest > in_database:
        report.add("ROLLBACK", f"anchor knows seal {newest}, database ends at {in_database}")
    is_on_its_way = last is not None and now - last.sealed_at < LAG_ALARM
    absent = [n for n in range(1, made if is_on_its_way else made + 1) if n not in known]
    if absent:
        report.add("ANCHOR-INCOMPLETE", f"{report.anchor} lacks {len(absent)} seals, the first is {absent[0]}")


def _newest_in_database() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(n), 0) FROM audit_seal")
        return int(cursor.fetchone()[0])
