"""The administrators' list of people, and what waits for an administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from oncology_clinic.accounts import policies, selectors
from oncology_clinic.accounts.models import Invitation, SecondFactorReset
from oncology_clinic.actors import Actor


@dataclass(frozen=True, slots=True)
class Directory:
    """One page of the people, the invitations that still stand, the lost second factors nobody has closed."""

    rows: list[selectors.PersonRow]
    invitations: list[Invitation]
    resets: list[SecondFactorReset]


def read(actor: Actor, *, role: str, page: int, now: datetime) -> Directory:
    """Six statements, whatever the number of people. Raises `wrong_role`, `second_factor_needed`."""
    policies.check_administrator(actor)
    return Directory(
        rows=selectors.people(role=role, page=page),
        invitations=selectors.open_invitations(now=now),
        resets=selectors.open_resets(),
    )
