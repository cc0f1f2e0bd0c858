import time

import pytest
from django.db import connection
from django.utils import timezone

from oncology_clinic.audit import sealing
from oncology_clinic.audit.anchors import FileAnchor


def as_superuser(*statements):
    """SQL of an attacker who owns the cluster: triggers off, edit, triggers on again."""
    with connection.cursor() as cursor:
        for table in ("audit_event", "audit_seal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        for statement in statements:
            if isinstance(statement, tuple):
                cursor.execute(*statement)
            else:
                cursor.execute(statement)
        for table in ("audit_event", "audit_seal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change")
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate")


def seal_now(**options):
    """A seal over everything written so far: waits for transactions of others on this cluster, as the sealer does."""
    with connection.cursor() as cursor:
        for _ in range(1_000):
            cursor.execute(
                "SELECT coalesce(pg_snapshot_xmin(pg_current_snapshot()) > (SELECT max(xid) FROM audit_event), true)"
            )
            if cursor.fetchone()[0]:
                return sealing.seal_pass(timezone.now(), **options)
            time.sleep(0.01)
    raise AssertionError("somebody holds a transaction open on this cluster")


@pytest.fixture
def empty_log(transactional_db, settings, tmp_path):
    """An empty log with an anchor of its own. Gives the anchor."""
    settings.AUDIT_ANCHOR_FILE = tmp_path / "anchor.log"
    as_superuser("TRUNCATE audit_event, audit_seal RESTART IDENTITY")
    return FileAnchor(settings.AUDIT_ANCHOR_FILE)
