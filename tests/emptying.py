"""Emptying tables between tests that commit, also those whose triggers refuse it (the audit log's)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction
from django.db.backends.postgresql.operations import DatabaseOperations

_GUARDS = """
    select c.oid::regclass::text, t.tgname
      from pg_trigger t join pg_class c on c.oid = t.tgrelid
     where not t.tgisinternal and t.tgenabled = 'A' and t.tgtype & 32 = 32
"""  # 'A': ENABLE ALWAYS; 32: on TRUNCATE


@contextmanager
def allowed() -> Iterator[None]:
    """Let Django's flush truncate tables that are guarded. Only flush is let through: tests meet the guards as they are."""
    original: Callable[..., Any] = DatabaseOperations.execute_sql_flush

    def flush(self: DatabaseOperations, sql_list: list[str]) -> None:
        with transaction.atomic(using=self.connection.alias), connections[self.connection.alias].cursor() as cursor:
            cursor.execute(_GUARDS)
            guards = cursor.fetchall()
            for table, trigger in guards:
                cursor.execute(f'alter table {table} disable trigger "{trigger}"')
            for sql in sql_list:
                cursor.execute(sql)
            for table, trigger in guards:
                cursor.execute(f'alter table {table} enable always trigger "{trigger}"')

    DatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]
    try:
        yield
    finally:
        DatabaseOperations.execute_sql_flush = original  # type: ignore[method-assign]
