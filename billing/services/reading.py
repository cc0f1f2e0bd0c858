"""Looks at a patient's plan and kept answers. Each asks the policy first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from billing import policies
from billing.models import CoverageCheck, Plan
from billing.selectors import plans
from oncology_clinic.accounts import people
from oncology_clinic.actors import Actor
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.errors import NotFound


@dataclass(frozen=True, slots=True)
class Asking:
    """Whose coverage is asked about, and their plan today. `for_whom` is empty for the patient's own."""

    patient_id: UUID
    plan: Plan | None
    for_whom: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept answer, opened."""

    check: CoverageCheck
    question: Mapping[str, Any]
    answer: Mapping[str, Any]
    plan: Plan | None
    for_whom: str


def asking(*, patient_id: UUID | None, actor: Actor, now: datetime) -> Asking:
    """Raises `patient_missing` (422), `not_found` (404)."""
    whose = policies.patient_of(actor, patient_id=patient_id)
    policies.check_can_ask_for(actor, patient_id=whose, now=now)
    today = now.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE)).date()
    membership = plans.membership(whose, on=today)
    return Asking(whose, membership.plan if membership else None, _name(whose, actor=actor))


def kept(check_id: UUID, *, actor: Actor, now: datetime) -> Kept:
    """One kept answer. Raises `not_found` (404) for an unknown one and for another patient's alike."""
    check = CoverageCheck.objects.filter(id=check_id).first()
    if check is None:
        raise NotFound("not_found", _("We could not find that page, or it is not yours to see."))
    policies.check_can_ask_for(actor, patient_id=check.patient_id, now=now)
    question: Mapping[str, Any] = reveal(check.question)
    plan = plans.named(payer=question["payer"], code=question["plan"])
    return Kept(check, question, reveal(check.answer), plan, _name(check.patient_id, actor=actor))


def _name(patient_id: UUID, *, actor: Actor) -> str:
    if actor.patient_id == patient_id:
        return ""
    return people.patient_name(people.patient(patient_id))
