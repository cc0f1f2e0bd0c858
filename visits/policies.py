"""Who may book, see, move and decide visits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from oncology_clinic import access
from oncology_clinic.access import Domain
from oncology_clinic.accounts import policies as account_policies
from oncology_clinic.actors import CLINICAL_ROLES, Actor, Role
from oncology_clinic.errors import Forbidden, Refusal


def patient_of(actor: Actor, *, patient_id: UUID | None) -> UUID:
    """Whose visit it is: the one named, or the caller's own. Raises `patient_missing` (422, field `patient`)."""
    chosen = patient_id or actor.on_behalf_of or actor.patient_id
    if chosen is None:
        raise Refusal("patient_missing", _("Say which patient this is for."), field="patient")
    return chosen


def check_can_book_for(actor: Actor, *, patient_id: UUID, now: datetime) -> None:
    """Patients for themselves, caregivers by grant, clinical staff for their patients; others: `not_found` (404)."""
    account_policies.check_verified_staff(actor)
    access.check_can_act_for(actor, patient_id=patient_id, domain=Domain.appointments, now=now)


def check_can_run_visits(actor: Actor) -> None:
    """Clinical staff with a verified second factor; whose patient it is, is asked besides. Raises `Forbidden` (403)."""
    account_policies.check_role(actor, tuple(CLINICAL_ROLES))


def check_can_decide(actor: Actor, *, clinician_id: UUID) -> None:
    """Only the clinician whose time is asked for, with a verified second factor. Raises `Forbidden` (403)."""
    account_policies.check_role(actor, (Role.clinician,))
    if actor.clinician_id != clinician_id:
        raise Forbidden("not_your_request", _("Only the clinician of this visit can decide it."))
