"""A patient's plan: who pays first, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from billing import policies
from billing.models import Plan, PlanMembership
from oncology_clinic.actors import Actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.errors import Refusal


@dataclass(frozen=True, slots=True)
class Enrol:
    """`starts_on` is the first day, `ends_on` the first day no longer covered (None: until further notice)."""

    patient_id: UUID
    plan_id: UUID
    starts_on: date
    ends_on: date | None = None
    member_id: str = ""
    policy_situs: str = ""
    program_state: str = ""
    rank: int = 1


def enrol(command: Enrol, *, actor: Actor, now: datetime) -> PlanMembership:
    """Record a membership. Raises `not_found` (404), `unknown_plan` (422, field `plan`)."""
    policies.check_can_ask_for(actor, patient_id=command.patient_id, now=now)
    if not Plan.objects.filter(id=command.plan_id, is_active=True).exists():
        raise Refusal("unknown_plan", _("Choose a plan from the list."), field="plan")
    with transaction.atomic():
        membership = PlanMembership.objects.create(
            patient_id=command.patient_id,
            plan_id=command.plan_id,
            member_id=command.member_id or None,
            policy_situs=command.policy_situs,
            program_state=command.program_state,
            rank=command.rank,
            starts_on=command.starts_on,
            ends_on=command.ends_on,
        )
        audit.record(
            Action.create,
            actor=actor.acting_for(command.patient_id),
            category=Category.billing,
            now=now,
            patient_id=command.patient_id,
            object_type="billing.PlanMembership",
            object_id=membership.id,
        )
    return membership
