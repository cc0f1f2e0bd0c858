"""Reading grants: whom a caregiver helps, who may act for a patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from caregivers.models import Caregiver, CaregiverGrant
from oncology_clinic.access import Domain
from oncology_clinic.accounts import people
from oncology_clinic.actors import Actor
from oncology_clinic.crypto.fields import reveal


@dataclass(frozen=True, slots=True)
class PersonHelped:
    """A patient a caregiver may act for now. `ends_on` is the first day it no longer holds."""

    grant_id: UUID
    patient_id: UUID
    name: str
    relationship: str
    scopes: tuple[Domain, ...]
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who may act for a patient, as the patient sees them."""

    grant_id: UUID
    name: str
    relationship: str
    scopes: tuple[Domain, ...]
    starts_on: date
    ends_on: date | None
    has_accepted: bool


def active_grants(
    *, now: datetime, patient_id: UUID | None = None, caregiver_id: UUID | None = None, domain: Domain | None = None
) -> list[CaregiverGrant]:
    """The grants in force on the clinic's day of `now`, with their caregivers, in one statement; oldest first."""
    grants = CaregiverGrant.objects.active(now).select_related("caregiver").order_by("granted_at", "id")
    if patient_id is not None:
        grants = grants.filter(patient_id=patient_id)
    if caregiver_id is not None:
        grants = grants.filter(caregiver_id=caregiver_id)
    if domain is not None:
        grants = grants.covering(domain)
    return list(grants)


def patients_of(actor: Actor, *, now: datetime) -> list[PersonHelped]:
    """Whom this caregiver may act for now, in two statements. Nobody for other roles."""
    if actor.caregiver_id is None:
        return []
    grants = active_grants(now=now, caregiver_id=actor.caregiver_id)
    patients = people.patients([grant.patient_id for grant in grants])
    return [
        PersonHelped(
            grant_id=grant.id,
            patient_id=grant.patient_id,
            name=people.patient_name(patients[grant.patient_id]),
            relationship=str(reveal(grant.relationship) or ""),
            scopes=_scopes(grant),
            ends_on=grant.ends_on,
        )
        for grant in grants
    ]


def helpers_of(patient_id: UUID, *, now: datetime) -> list[Helper]:
    """Who may act for the patient now, or will from a later day; oldest first."""
    grants = CaregiverGrant.objects.not_over(now).filter(patient_id=patient_id).select_related("caregiver")
    return [helper(grant) for grant in grants.order_by("granted_at", "id")]


def grant_not_over(grant_id: UUID, *, now: datetime) -> CaregiverGrant | None:
    found: CaregiverGrant | None = (
        CaregiverGrant.objects.not_over(now).filter(id=grant_id).select_related("caregiver").first()
    )
    return found


def caregiver_id_of(account_id: UUID) -> UUID | None:
    """The account's own caregiver id. One statement."""
    found: UUID | None = Caregiver.objects.filter(account_id=account_id).values_list("id", flat=True).first()
    return found


def helper(grant: CaregiverGrant) -> Helper:
    return Helper(
        grant_id=grant.id,
        name=str(reveal(grant.caregiver.name)),
        relationship=str(reveal(grant.relationship) or ""),
        scopes=_scopes(grant),
        starts_on=grant.starts_on,
        ends_on=grant.ends_on,
        has_accepted=grant.caregiver.account_id is not None,
    )


def _scopes(grant: CaregiverGrant) -> tuple[Domain, ...]:
    return tuple(domain for domain in Domain if domain.value in grant.scopes)
