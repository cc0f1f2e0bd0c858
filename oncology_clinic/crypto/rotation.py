"""Sealing everything again under the newest key, row by row, while the clinic works.

Each batch is its own transaction, and a value is replaced only where the old ciphertext
still stands: a concurrent save wins, and is looked at again in the next pass. A killed
run is simply started again; what is done already is recognised and skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import InvalidToken
from django.db import connection, transaction

from oncology_clinic.crypto import keys

BATCH = 500
MAX_PASSES = 20


class RotationStuck(RuntimeError):
    """Some process still writes with an old key: restart it with the new key first."""


@dataclass(slots=True)
class Tally:
    """What a rotation saw and did, in values (not rows)."""

    seen: int = 0
    resealed: int = 0
    unreadable: int = 0
    overtaken: int = 0


def rotate(*, progress: Callable[[int], object] = lambda rows: None, batch: int = BATCH) -> Tally:
    """Reseal every sealed column under the first key; repeat until a whole pass finds nothing to do.

    `progress` is told the rows of each batch. Unreadable values are counted and left alone.
    Raises `RotationStuck` when old-key values keep appearing.
    """
    total = Tally()
    for _ in range(MAX_PASSES):
        done = _one_pass(progress=progress, batch=batch)
        total.seen, total.unreadable = done.seen, done.unreadable
        total.resealed += done.resealed
        total.overtaken += done.overtaken
        if not done.resealed and not done.overtaken:
            return total
    raise RotationStuck("values under an old key keep appearing: restart every process with the new key first")


def rows_to_visit() -> int:
    with connection.cursor() as cursor:
        return sum(_count(cursor, model) for model, _ in keys.sealed_columns())


def _one_pass(*, progress: Callable[[int], object], batch: int) -> Tally:
    tally = Tally()
    for model, columns in keys.sealed_columns():
        for rows in _batches(model, columns, size=batch):
            with transaction.atomic():
                for place, column in enumerate(columns, start=1):
                    _reseal(model, column, [(row[0], row[place]) for row in rows], tally)
            progress(len(rows))
    return tally


def _batches(model: Any, columns: list[str], *, size: int) -> Iterator[list[tuple[Any, ...]]]:
    table, key = _quote(model._meta.db_table), _quote(model._meta.pk.column)
    wanted = ", ".join([key, *map(_quote, columns)])
    after: Any = None
    while True:
        condition, params = (f"WHERE {key} > %s", [after]) if after is not None else ("", [])
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {wanted} FROM {table} {condition} ORDER BY {key} LIMIT {size:d}", params)
            rows = cursor.fetchall()
        if not rows:
            return
        yield rows
        after = rows[-1][0]


def _reseal(model: Any, column: str, values: list[tuple[Any, str | None]], tally: Tally) -> None:
    changes = []
    for key, old in values:
        if old is None:
            continue
        tally.seen += 1
        new = _under_newest(old, tally)
        if new is not None:
            changes.append((key, old, new))
    if changes:
        replaced = _replace(model, column, changes)
        tally.resealed += replaced
        tally.overtaken += len(changes) - replaced


def _under_newest(token: str, tally: Tally) -> str | None:
    """The token under the newest key; None where it is already, or where no key opens it."""
    raw = token.encode()
    try:
        keys.newest().decrypt(raw)
        return None
    except InvalidToken:
        pass
    try:
        return keys.crypter().rotate(raw).decode()
    except InvalidToken:
        tally.unreadable += 1
        return None


def _replace(model: Any, column: str, changes: list[tuple[Any, str, str]]) -> int:
    table, key, name = _quote(model._meta.db_table), _quote(model._meta.pk.column), _quote(column)
    kind = model._meta.pk.db_type(connection)
    rows = ", ".join([f"(%s::{_plain_type(kind)}, %s, %s)"] * len(changes))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} AS t SET {name} = v.new FROM (VALUES {rows}) AS v (key, old, new) "
            f"WHERE t.{key} = v.key AND t.{name} = v.old",
            [cell for change in changes for cell in change],
        )
        return int(cursor.rowcount)


def _plain_type(kind: str) -> str:
    return {"bigserial": "bigint", "serial": "integer"}.get(kind, kind)


def _count(cursor: Any, model: Any) -> int:
    cursor.execute(f"SELECT count(*) FROM {_quote(model._meta.db_table)}")
    return int(cursor.fetchone()[0])


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)
