"""What a caregiver may do: what a grant in force says, read anew each time it is asked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from caregivers.models import CaregiverGrant
from oncology_clinic.access import Domain
from oncology_clinic.actors import Actor, Role
from oncology_clinic.errors import NotFound

NOT_FOUND = _("We could not find that page, or it is not yours to see.")


def has_grant(actor: Actor, patient_id: UUID, domain: Domain, now: datetime) -> bool:
    """True when a grant of this patient to this caregiver is in force and names the domain. One statement."""
    if actor.role is not Role.caregiver or actor.caregiver_id is None:
        return False
    grants = CaregiverGrant.objects.active(now).covering(domain)
    return bool(grants.filter(caregiver_id=actor.caregiver_id, patient_id=patient_id).exists())


def granted_among(actor: Actor, patient_ids: Collection[UUID], domain: Domain, now: datetime) -> set[UUID]:
    """The same for many patients, in one statement."""
    if actor.role is not Role.caregiver or actor.caregiver_id is None:
        return set()
    grants = CaregiverGrant.objects.active(now).covering(domain)
    rows = grants.filter(caregiver_id=actor.caregiver_id, patient_id__in=patient_ids).phi_values(
        "patient_id", reason="the question who may act, before anything is shown"
    )
    return {row[0] for row in rows}


def check_can_manage(actor: Actor, *, patient_id: UUID) -> None:
    """Only the patient says who may act for them. Raises `not_found`."""
    if actor.role is not Role.patient or actor.patient_id != patient_id:
        raise _not_found()


def check_can_end(actor: Actor, *, grant: CaregiverGrant) -> None:
    """The patient may end a grant, and the caregiver may lay it down. Raises `not_found`."""
    is_patient = actor.role is Role.patient and actor.patient_id == grant.patient_id
    is_caregiver = actor.role is Role.caregiver and actor.caregiver_id == grant.caregiver_id
    if not (is_patient or is_caregiver):
        raise _not_found()


def _not_found() -> NotFound:
    return NotFound("not_found", str(NOT_FOUND))
