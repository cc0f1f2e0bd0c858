"""Which plan a patient has on a day."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from billing.models import Plan, PlanMembership


def membership(patient_id: UUID, *, on: date) -> PlanMembership | None:
    """The membership billed first on this day, with its plan: one statement. None: no plan on file."""
    return PlanMembership.objects.of_patient(patient_id).on(on).select_related("plan").first()


def offered() -> list[Plan]:
    """The plans a patient may be enrolled in, by name."""
    return list(Plan.objects.filter(is_active=True).order_by("name", "id"))


def named(*, payer: str | None, code: str | None) -> Plan | None:
    """The plan that rules call by these two names, on sale or not."""
    if not payer or not code:
        return None
    return Plan.objects.filter(payer=payer, code=code).first()
