"""Who may answer screens, and who may see and work alerts. Administrators and auditors never see answers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from oncology_clinic import access
from oncology_clinic.access import Domain
from oncology_clinic.accounts import policies as sign_in_policy
from oncology_clinic.actors import CLINICAL_ROLES, Actor, Role


def check_can_answer(actor: Actor, *, patient_id: UUID, now: datetime) -> None:
    """The patient, a caregiver whose grant names screens, verified clinical staff of theirs.

    Raises `not_found` (404) for a stranger, `second_factor_needed` (403) for unverified staff.
    """
    sign_in_policy.check_verified_staff(actor)
    access.check_can_act_for(actor, patient_id=patient_id, domain=Domain.screens, now=now)


def check_can_work_alerts(actor: Actor) -> None:
    """Clinical staff with a second factor. Raises `wrong_role` or `second_factor_needed` (403)."""
    sign_in_policy.check_role(actor, tuple(CLINICAL_ROLES))


def check_can_see_alert(actor: Actor, *, patient_id: UUID, now: datetime) -> None:
    """A nurse coordinator: every alert. A clinician: their own patients'. Raises as the two above."""
    check_can_work_alerts(actor)
    if actor.role is not Role.nurse_coordinator:
        access.check_can_act_for(actor, patient_id=patient_id, domain=Domain.chart, now=now)
