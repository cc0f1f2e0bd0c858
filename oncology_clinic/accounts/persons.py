"""Which person stands behind an account: one finder a role, registered when the app starts.

`caregivers` registers its own, so that this room need not know that one exists. The id
found is kept in the session, so that asking costs nothing on later requests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from oncology_clinic.actors import Role

SESSION_ID = "person_id"  # the person's own record, as text; empty when the role has none


@dataclass(frozen=True, slots=True)
class PersonKind:
    """`find` gives the id of an account's person; `join` makes or links the person when an invitation is accepted."""

    find: Callable[[UUID], UUID | None]
    join: Callable[[Any, UUID, dict[str, Any], datetime], UUID | None]


_kinds: dict[Role, PersonKind] = {}


def register(role: Role, kind: PersonKind) -> None:
    _kinds[role] = kind


def find(role: Role, *, account_id: UUID) -> UUID | None:
    """The person's id, or None for roles without a person (administrator, auditor). One statement at most."""
    kind = _kinds.get(role)
    return kind.find(account_id) if kind else None


def join(role: Role, *, invitation: Any, account_id: UUID, facts: dict[str, Any], now: datetime) -> UUID | None:
    """Make or link the person behind a new account."""
    kind = _kinds.get(role)
    return kind.join(invitation, account_id, facts, now) if kind else None
