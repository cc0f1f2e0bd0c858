"""The access context: who looks, why, and a ledger of everything they opened.

Loading a patient's row and opening a sealed value both need an open context and both
write its ledger. The ledger goes into the audit log before anything leaves the process:
the middleware flushes it for requests, `phi_context` for tasks and commands.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from oncology_clinic.actors import Actor, system_actor
from oncology_clinic.audit.contract import Category


class NoAccessContext(RuntimeError):
    """Patient data was opened outside a request, task or command that says who looks. A bug."""


class LedgerClosed(RuntimeError):
    """Patient data was opened after the response's ledger had been written. A bug."""


class Purpose(StrEnum):
    """Purpose of use, in the words of HL7's v3 PurposeOfUse."""

    treatment = "treatment"
    payment = "payment"
    operations = "operations"
    patient_request = "patient_request"
    system = "system"
    break_glass = "break_glass"


@dataclass(slots=True)
class Opened:
    """What was opened of one patient in one category: record ids by model, and field names."""

    records: dict[str, set[str]] = field(default_factory=dict)
    fields: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Ledger:
    entries: dict[tuple[Category, UUID | None], Opened] = field(default_factory=dict)
    is_closed: bool = False

    def note(self, category: Category, patient_id: UUID | None, model: str, pk: object, field_name: str = "") -> None:
        if self.is_closed:
            raise LedgerClosed(model)
        opened = self.entries.setdefault((category, patient_id), Opened())
        opened.records.setdefault(model, set()).add(str(pk))
        if field_name:
            opened.fields.add(f"{model}.{field_name}")


@dataclass(slots=True)
class AccessContext:
    """One request, task or command. `actor` is replaced once sign-in has said who it is."""

    actor: Actor
    purpose: Purpose
    route: str = ""
    request_id: str = ""
    ip: str = ""
    user_agent_hash: str = ""
    session_hash: str = ""
    ledger: Ledger = field(default_factory=Ledger)


_current: ContextVar[AccessContext | None] = ContextVar("access_context", default=None)


def current() -> AccessContext:
    """The open context. Raises `NoAccessContext` when there is none."""
    context = _current.get()
    if context is None:
        raise NoAccessContext("open an access context before touching patient data")
    return context


def current_or_none() -> AccessContext | None:
    return _current.get()


@contextmanager
def open_context(context: AccessContext) -> Iterator[AccessContext]:
    """Make this the current context; the caller flushes its ledger."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)


@contextmanager
def phi_context(name: str, *, purpose: Purpose = Purpose.system, actor: Actor | None = None) -> Iterator[AccessContext]:
    """A context for a task or command called `name`; its ledger is recorded when the block ends well or badly."""
    from oncology_clinic.audit import ledger  # the ledger's table needs the app registry

    context = AccessContext(actor=actor or system_actor(name), purpose=purpose, route=name)
    with open_context(context):
        try:
            yield context
        finally:
            ledger.flush(context)
