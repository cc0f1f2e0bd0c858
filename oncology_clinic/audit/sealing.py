"""The sealer: proves finished rows with signed, chained Merkle roots, outside every request.

A seal covers `lo <= xid < hi` where `hi` is the oldest transaction still running: all
below it have ended, so no honest row can appear there later. One seal is one transaction
under an advisory lock, and is anchored right after its commit. Should the process die in
between, the next pass finds exactly one seal that the anchor does not know and anchors it
before it seals anything new; so never more than one is missing there.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from oncology_clinic.audit import anchors, merkle, sealrecord
from oncology_clinic.audit.sealrecord import GENESIS, SealRecord

LOCK = 0x5EA1  # advisory lock: one sealer at a time
HEARTBEAT = timedelta(minutes=5)
ROWS_A_SEAL = 20_000
SEAL_COLUMNS = "n, era, lo, hi, count, root, manifest, previous, sealed_at, key_id, signature"


class SealingRefused(RuntimeError):
    """Sealing on would hide something: the database or the anchor is not what the other remembers."""


def seal_pass(now: datetime, *, rows_a_seal: int = ROWS_A_SEAL) -> int:
    """Seal everything finished; a heartbeat seal when nothing happened for five minutes. Gives the seals made.

    Zero when another sealer is at work. Raises `SealingRefused`, `NoSealKey`, `AnchorUnreadable`.
    """
    anchor = anchors.configured()
    made = 0
    while True:
        with transaction.atomic(durable=True):
            if not _is_ours():
                return made
            last = last_seal()
            _check_anchor_agrees(anchor, last)
            seal = _next_seal(last, now=now, rows_a_seal=rows_a_seal)
            if seal is None:
                return made
            _insert(seal)
        anchor.append(seal)
        made += 1


def begin_era(now: datetime) -> int:
    """Seal what is left of the current era and raise the era of new rows. Gives the new era.

    For a database restored into another cluster: all transactions of the old one are over,
    so its last seal may reach to the end. Raises as `seal_pass`.
    """
    anchor = anchors.configured()
    with transaction.atomic(durable=True):
        if not _is_ours():
            raise SealingRefused("a sealer is at work: stop it first")
        last = last_seal()
        _check_anchor_agrees(anchor, last)
        era = current_era()
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE audit_event IN ACCESS EXCLUSIVE MODE")
            cursor.execute("SELECT coalesce(max(xid)::text, '0') FROM audit_event WHERE era = %s", [era])
            lo = last.hi if last and last.era == era else 0
            seal = _signed(last, era=era, lo=lo, hi=max(lo, int(cursor.fetchone()[0]) + 1), now=now)
            _insert(seal)
            cursor.execute(f"ALTER TABLE audit_event ALTER COLUMN era SET DEFAULT {era + 1:d}")
    anchor.append(seal)
    return era + 1


def last_seal() -> SealRecord | None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {SEAL_COLUMNS} FROM audit_seal ORDER BY n DESC LIMIT 1")
        row = cursor.fetchone()
    return seal_from_row(row) if row else None


def seal_from_row(row: tuple[Any, ...]) -> SealRecord:
    n, era, lo, hi, count, root, manifest, previous, sealed_at, key_id, signature = row
    return SealRecord(
        n=n,
        era=era,
        lo=lo,
        hi=hi,
        count=count,
        root=bytes(root),
        manifest=bytes(manifest),
        previous=bytes(previous),
        sealed_at=sealed_at,
        key_id=bytes(key_id),
        signature=bytes(signature),
    )


def current_era() -> int:
    """The era new rows are born in: the column's default, raised after a restore into another cluster."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid "
            "AND attnum = adnum WHERE adrelid = 'audit_event'::regclass AND attname = 'era'"
        )
        found = cursor.fetchone()
        return int(found[0]) if found else 0  # somebody took the default away: no era is ours


def _is_ours() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _check_anchor_agrees(anchor: anchors.Anchor, last: SealRecord | None) -> None:
    """Anchor what a crash left unanchored: the last seal only. Anything else is for `verify_audit` and a person."""
    newest = anchor.newest()
    remembered = newest.n if newest else 0
    made = last.n if last else 0
    if remembered > made:
        raise SealingRefused(f"ROLLBACK: anchor knows seal {remembered}, database ends at {made}; nothing was sealed")
    if last is None:
        return
    if remembered == made - 1:
        anchor.append(last)
    elif newest is None or remembered < made - 1:
        raise SealingRefused(f"anchor {anchor.name} ends at seal {remembered}, database at {made}; nothing was sealed")
    elif newest.hash != last.hash():
        raise SealingRefused(f"ANCHOR-MISMATCH {made}: the database's seal is another one; nothing was sealed")


def _next_seal(last: SealRecord | None, *, now: datetime, rows_a_seal: int) -> SealRecord | None:
    era = current_era()
    lo = last.hi if last and last.era == era else 0
    if last and era < last.era:
        raise SealingRefused(f"the era went back from {last.era} to {era}; nothing was sealed")
    hi = _oldest_running()
    if hi < lo:
        raise SealingRefused(
            "transaction numbers went back: this database was restored into another cluster. "
            "Check it with verify_audit, then run new_audit_era."
        )
    hi = min(hi, _end_of_chunk(era, lo, hi, rows=rows_a_seal))
    seal = _signed(last, era=era, lo=lo, hi=hi, now=now)
    is_idle = last is not None and not seal.count and now - last.sealed_at < HEARTBEAT
    return None if is_idle else seal


def _signed(last: SealRecord | None, *, era: int, lo: int, hi: int, now: datetime) -> SealRecord:
    ids, leaves = _rows(era, lo, hi)
    key = sealrecord.private_key()
    seal = SealRecord(
        n=last.n + 1 if last else 1,
        era=era,
        lo=lo,
        hi=hi,
        count=len(ids),
        root=merkle.root(leaves),
        manifest=sealrecord.manifest_of(ids, leaves),
        previous=last.hash() if last else GENESIS,
        sealed_at=now,
        key_id=sealrecord.key_id_of(sealrecord.raw_public(key)),
    )
    return replace(seal, signature=key.sign(seal.body()))


def _oldest_running() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
        return int(cursor.fetchone()[0])


def _end_of_chunk(era: int, lo: int, hi: int, *, rows: int) -> int:
    """Where to cut a long backlog, never inside one transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT xid::text FROM audit_event WHERE era = %s AND xid >= %s::text::xid8 AND xid < %s::text::xid8 "
            "ORDER BY audit_event.xid, audit_event.id OFFSET %s LIMIT 1",
            [era, str(lo), str(hi), rows],
        )
        found = cursor.fetchone()
    return int(found[0]) + 1 if found else hi


def _rows(era: int, lo: int, hi: int) -> tuple[list[int], list[bytes]]:
    ids, leaves = [], []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, xid::text, to_char(db_ts AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS'), uuid_send(eid), mac "
            "FROM audit_event WHERE era = %s AND xid >= %s::text::xid8 AND xid < %s::text::xid8 "
            "ORDER BY audit_event.era, audit_event.xid, audit_event.id",
            [era, str(lo), str(hi)],
        )
        for id_, xid, db_ts, eid, mac in cursor:
            ids.append(id_)
            leaves.append(sealrecord.leaf_of(id_=id_, xid=int(xid), db_ts=db_ts, eid=bytes(eid), mac=bytes(mac)))
    return ids, leaves


def _insert(seal: SealRecord) -> None:
    cells = [getattr(seal, name) for name in SEAL_COLUMNS.split(", ")]
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO audit_seal ({SEAL_COLUMNS}) VALUES ({', '.join(['%s'] * len(cells))})", cells)
