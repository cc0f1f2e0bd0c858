"""Several rows in one statement: a booking writes its decision, appointment and event in a single round trip."""

from __future__ import annotations

from typing import Any

from django.db import connections, models
from django.db.models.sql import InsertQuery


def insert_together(*rows: models.Model, returning: str, using: str = "default") -> Any:
    """INSERT every row in one statement, sealed fields and all; gives the last row's column `returning`.

    Keys are made in Python and foreign keys are checked at commit, so the order is free; the last row may hold an
    expression the database works out, which `returning` brings back. Raises what the database raises.
    """
    parts: list[str] = []
    params: list[Any] = []
    for row in rows:
        sql, values = _insert(row, using=using)
        parts.append(sql)
        params.extend(values)
    quoted = connections[using].ops.quote_name(returning)
    named = ", ".join(f"w{number} AS ({sql})" for number, sql in enumerate(parts[:-1]))
    statement = f"{'WITH ' + named + ' ' if named else ''}{parts[-1]} RETURNING {quoted}"
    with connections[using].cursor() as cursor:
        cursor.execute(statement, params)
        (value,) = cursor.fetchone()
    for row in rows:
        row._state.adding, row._state.db = False, using
    return value


def _insert(row: models.Model, *, using: str) -> tuple[str, tuple[Any, ...]]:
    query = InsertQuery(type(row))
    fields = [field for field in row._meta.local_concrete_fields if not field.generated]
    query.insert_values(fields, [row])
    ((sql, params),) = query.get_compiler(using=using).as_sql()
    return sql, params
