"""Who may ask about a patient's coverage, and who may change the rules."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from oncology_clinic import access
from oncology_clinic.access import Domain
from oncology_clinic.accounts import policies as account_policies
from oncology_clinic.actors import Actor, Role
from oncology_clinic.errors import Refusal


def patient_of(actor: Actor, *, patient_id: UUID | None) -> UUID:
    """Whose coverage it is: the one named, or the caller's own. Raises `patient_missing` (422, field `patient`)."""
    chosen = patient_id or actor.on_behalf_of or actor.patient_id
    if chosen is None:
        raise Refusal("patient_missing", _("Say which patient this is for."), field="patient")
    return chosen


def check_can_ask_for(actor: Actor, *, patient_id: UUID, now: datetime) -> None:
    """The patient, a caregiver with a grant for billing, verified clinical staff of the patient; others `not_found`."""
    account_policies.check_verified_staff(actor)
    access.check_can_act_for(actor, patient_id=patient_id, domain=Domain.billing, now=now)


def can_change_rules(actor: Actor) -> bool:
    """A verified administrator, or the command that loads the law."""
    return actor.role is Role.system or (actor.role is Role.administrator and actor.is_verified)


def check_can_change_rules(actor: Actor) -> None:
    """Raises `wrong_role` or `not_verified` (403)."""
    if actor.role is not Role.system:
        account_policies.check_role(actor, (Role.administrator,))
