"""Writes a context's ledger into the audit log: one event per patient and category read."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from oncology_clinic.audit import writer
from oncology_clinic.audit.context import AccessContext


def flush(context: AccessContext, *, now: datetime | None = None) -> None:
    """Record every read not yet recorded in one INSERT of its own, then close the ledger.

    Reads that `events.record` took into a transaction that has rolled back since are
    written here. Raises whatever the database raises; the caller then shows nothing.
    `now` is given where a door or task has no clock of its own.
    """
    context.ledger.is_closed = True
    entries = context.ledger.take(writer.is_safe)
    if entries:
        frame = writer.frame(context.actor, context)
        writer.insert_apart(writer.reads(entries, frame=frame, now=now or timezone.now()))
