"""Writes a context's ledger into the audit log: one event per patient and category read."""

from __future__ import annotations

import logging
from datetime import datetime

from django.utils import timezone

from oncology_clinic.audit import writer
from oncology_clinic.audit.context import AccessContext
from oncology_clinic.audit.contract import Category, Outcome

log = logging.getLogger(__name__)


def flush(context: AccessContext, *, now: datetime | None = None) -> None:
    """Record every read not yet recorded in one INSERT of its own, then close the ledger.

    Reads that `events.record` took into a transaction that has rolled back since are
    written here. Raises whatever the database raises; the caller then shows nothing.
    `now` is given where a door or task has no clock of its own. What a refused request opened
    was shown to nobody: its reads carry the outcome `denied`, so that no stranger seems to have read a record.
    """
    context.ledger.is_closed = True
    entries = context.ledger.take(writer.is_safe)
    if entries:
        _warn_of_undeclared(context, {category for category, _ in entries})
        frame = writer.frame(context.actor, context)
        outcome = Outcome.denied if context.denials else Outcome.ok
        writer.insert_apart(writer.reads(entries, frame=frame, now=now or timezone.now(), outcome=outcome))


def _warn_of_undeclared(context: AccessContext, seen: set[Category]) -> None:
    """The page is shown and its events are marked; somebody has to correct the declaration."""
    undeclared = sorted(category.name for category in seen - context.declared) if context.declared is not None else []
    if undeclared:
        log.warning("route %s read %s and does not declare it", context.route, ", ".join(undeclared))
