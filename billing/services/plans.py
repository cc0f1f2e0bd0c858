"""The plans patients can be members of."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from billing import policies
from billing.models import Plan
from oncology_clinic.actors import Actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category


def save(plan: Plan, *, actor: Actor, now: datetime) -> Plan:
    """Store a new or changed plan. Raises `wrong_role`, `second_factor_needed` (403)."""
    policies.check_can_change_rules(actor)
    with transaction.atomic():
        plan.save()
        audit.record(
            Action.configure,
            actor=actor,
            category=Category.billing,
            now=now,
            object_type="billing.Plan",
            object_id=plan.id,
            detail={"payer": plan.payer, "plan": plan.code},
        )
    return plan
