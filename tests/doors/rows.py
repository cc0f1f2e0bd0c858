"""All rows of all tables, as one fingerprint a table: what a refused request must leave as it was."""

from __future__ import annotations

from django.db import connection

# The log grows with every request; sessions note that somebody is there; axes counts failed sign-ins.
LIVING = ("audit_event", "accounts_clinicsession", "axes_")


def fingerprints() -> dict[str, str]:
    """By table: how many rows, and a digest of their text."""
    tables = [name for name in connection.introspection.table_names() if not name.startswith((*LIVING, "django_"))]
    with connection.cursor() as cursor:
        parts = [
            f"SELECT '{name}', count(*) || ':' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') "
            f'FROM "{name}" t'
            for name in tables
        ]
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


def changed(before: dict[str, str]) -> list[str]:
    """The tables that are not as they were."""
    after = fingerprints()
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
