"""In which states may this clinician practise, on this day? (facts.md 2.1 to 2.3)

A row must be active, hold on the day of the visit, belong to the profession the visit needs, and
its scope must fit. No match is not authorised, never "unknown, so allow".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from oncology_clinic.periods import Period


class AuthorityKind(StrEnum):
    full_license = "full_license"
    imlc_license = "imlc_license"  # a full state licence, issued faster; not a privilege
    compact_privilege = "compact_privilege"
    telehealth_registration = "telehealth_registration"
    statutory_exception = "statutory_exception"
    federal = "federal"


class AuthorityStatus(StrEnum):
    active = "active"
    pending = "pending"
    expired = "expired"
    suspended = "suspended"


class Scope(StrEnum):
    full = "full"
    telehealth_only = "telehealth_only"
    consult_only = "consult_only"
    followup_only = "followup_only"


class Purpose(StrEnum):
    """What the clinician is to do there."""

    first_visit = "first_visit"
    follow_up = "follow_up"
    consult = "consult"  # advice to another clinician


FITS: dict[Scope, frozenset[Purpose]] = {
    Scope.full: frozenset(Purpose),
    Scope.telehealth_only: frozenset(Purpose),  # the question is asked for care from afar
    Scope.consult_only: frozenset({Purpose.consult}),
    Scope.followup_only: frozenset({Purpose.follow_up}),
}


@dataclass(frozen=True, slots=True)
class Licence:
    """One authority to practise. `profession` is the clinician's own word for it, as stored."""

    state: str
    profession: str
    valid: Period
    kind: AuthorityKind = AuthorityKind.full_license
    status: AuthorityStatus = AuthorityStatus.active
    scope: Scope = Scope.full

    def authorises(self, *, profession: str, on: dt.date, purpose: Purpose) -> bool:
        is_in_force = self.status is AuthorityStatus.active and self.valid.holds(on)
        return is_in_force and self.profession == profession and purpose in FITS[self.scope]


def states(
    licences: Iterable[Licence], *, profession: str, on: dt.date, purpose: Purpose = Purpose.follow_up
) -> frozenset[str]:
    """The codes of the states in which one of these authorities lets the clinician give care by telehealth.

    `on` is the day of the visit in the patient's own zone. Empty when nothing fits.
    """
    return frozenset(row.state for row in licences if row.authorises(profession=profession, on=on, purpose=purpose))
