"""The access context: who looks, why, and a ledger of everything they opened.

Loading a patient's row and opening a sealed value both need an open context and both
write its ledger. The ledger goes into the audit log before anything leaves the process:
the middleware flushes it for requests, `phi_context` for tasks and commands. Reads that
happen in a unit of work that also records a write go with that write, in one INSERT.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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

    records: dict[str, set[object]] = field(default_factory=dict)
    fields: set[str] = field(default_factory=set)

    def add(self, other: Opened) -> None:
        for model, pks in other.records.items():
            self.records.setdefault(model, set()).update(pks)
        self.fields |= other.fields

    def holds(self, model: str, pk: object, field_name: str) -> bool:
        return pk in self.records.get(model, ()) and (not field_name or field_name in self.fields)


Entries = dict[tuple[Category, UUID | None], Opened]


@dataclass(slots=True)
class Batch:
    """Reads that went into somebody's transaction together with a write; settled only when that commits."""

    entries: Entries
    is_committed: bool = False

    def settle(self) -> None:
        self.is_committed = True


@dataclass(slots=True)
class Ledger:
    """`entries` wait to be written; `batches` were written inside transactions that may still roll back."""

    entries: Entries = field(default_factory=dict)
    batches: list[Batch] = field(default_factory=list)
    is_closed: bool = False

    def note(self, category: Category, patient_id: UUID | None, model: str, pk: object, field_name: str = "") -> None:
        if self.is_closed:
            raise LedgerClosed(model)
        name = f"{model}.{field_name}" if field_name else ""
        key = (category, patient_id)
        for batch in self.batches:
            written = batch.entries.get(key)
            if written is not None and written.holds(model, pk, name):
                return
        opened = self.entries.get(key)
        if opened is None:
            opened = self.entries[key] = Opened()
        opened.records.setdefault(model, set()).add(pk)
        if name:
            opened.fields.add(name)

    def take(self, is_alive: Callable[[Batch], bool]) -> Entries:
        """Everything not yet safely written, and what was written into transactions that are gone."""
        taken, self.entries = self.entries, {}
        lost = [batch for batch in self.batches if not is_alive(batch)]
        self.batches = [batch for batch in self.batches if is_alive(batch)]
        for batch in lost:
            for key, opened in batch.entries.items():
                taken.setdefault(key, Opened()).add(opened)
        return taken

    def put_back(self, entries: Entries) -> None:
        for key, opened in entries.items():
            self.entries.setdefault(key, Opened()).add(opened)


@dataclass(slots=True)
class AccessContext:
    """One request, task or command. `actor` is replaced once sign-in has said who it is.

    `purpose` None means: what the actor's role is there for. `declared` are the categories the
    route says it touches (None: not a route); `denials` counts the refusals recorded so far.
    `vouched_for` is the last (patient, domain) for which the actor was found to be allowed to act.
    """

    actor: Actor
    purpose: Purpose | None = None
    route: str = ""
    request_id: str = ""
    ip: str = ""
    user_agent_hash: str = ""
    session_hash: str = ""
    declared: frozenset[Category] | None = None
    denials: int = 0
    vouched_for: tuple[UUID, str] | None = None
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


_flushers: list[Callable[[AccessContext], None]] = []


def flush_with(flush: Callable[[AccessContext], None]) -> None:
    """The audit app says, when it is ready, how a ledger is written: the table is not there before."""
    _flushers.append(flush)


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
    context = AccessContext(actor=actor or system_actor(name), purpose=purpose, route=name)
    with open_context(context):
        try:
            yield context
        finally:
            _flushers[-1](context)
