"""A patient's plan and the newest kept answers, for the care team's chart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from billing import policies
from billing.models import CoverageCheck
from billing.selectors import plans
from billing.services import words
from oncology_clinic.actors import Actor


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer by its clear columns: nothing sealed is opened."""

    id: UUID
    at: datetime
    how: str
    headline: str
    tone: str


@dataclass(frozen=True, slots=True)
class OnFile:
    """`plan` is empty when no plan is on file today."""

    plan: str
    answers: tuple[KeptAnswer, ...]


def on_file(patient_id: UUID, *, actor: Actor, now: datetime, limit: int = 6) -> OnFile:
    """Today's plan and the last answers, newest first. Raises `not_found` (404), `second_factor_needed` (403)."""
    policies.check_can_ask_for(actor, patient_id=patient_id, now=now)
    today = now.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE)).date()
    membership = plans.membership(patient_id, on=today)
    kept = CoverageCheck.objects.filter(patient_id=patient_id).order_by("-created_at", "-id")[:limit]
    return OnFile(
        plan=membership.plan.name if membership else "",
        answers=tuple(_line(check) for check in kept),
    )


def _line(check: CoverageCheck) -> KeptAnswer:
    return KeptAnswer(
        id=check.id,
        at=check.created_at,
        how=str(words.MODALITIES.get(check.modality, check.modality)),
        headline=str(words.HEADLINES.get(check.status, check.status)),
        tone=words.TONES.get(check.status, ""),
    )
