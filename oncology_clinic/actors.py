"""Who acts: an account in a role, perhaps on behalf of a patient. Plain Python."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    patient = "patient"
    caregiver = "caregiver"
    clinician = "clinician"
    nurse_coordinator = "nurse_coordinator"
    administrator = "administrator"
    auditor = "auditor"
    system = "system"
    anonymous = "anonymous"


STAFF_ROLES = frozenset({Role.clinician, Role.nurse_coordinator, Role.administrator, Role.auditor})
CLINICAL_ROLES = frozenset({Role.clinician, Role.nurse_coordinator})


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or program that acts.

    `patient_id`, `clinician_id`, `caregiver_id` are the person's own records, if any;
    `on_behalf_of` is the patient a caregiver (or staff member) acts for. `label` is the
    username at the time, for the audit log. `is_verified` says that a second factor was
    shown in this session.
    """

    role: Role
    account_id: UUID | None = None
    label: str = ""
    patient_id: UUID | None = None
    clinician_id: UUID | None = None
    caregiver_id: UUID | None = None
    is_verified: bool = False
    on_behalf_of: UUID | None = None

    @property
    def is_clinical(self) -> bool:
        return self.role in CLINICAL_ROLES

    def acting_for(self, patient_id: UUID) -> Actor:
        """The same actor, acting for this patient (shown and stored as "B for A")."""
        if patient_id == self.patient_id:
            return self
        return replace(self, on_behalf_of=patient_id)


ANONYMOUS = Actor(role=Role.anonymous, label="anonymous")


def system_actor(name: str) -> Actor:
    """A program of ours that acts by itself: a task or a command, named."""
    return Actor(role=Role.system, label=name)
