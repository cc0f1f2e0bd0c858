"""What the doors ask of billing, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from billing.rules.model import Eligibility, PriorAuthorization


@dataclass(frozen=True, slots=True)
class SaidPlan:
    """A plan as the asker describes it. Used only where the record has none."""

    payer_type: str | None = None
    payer: str | None = None
    plan: str | None = None
    policy_situs: str | None = None
    program_state: str | None = None


@dataclass(frozen=True, slots=True)
class CheckCoverage:
    """Does the plan on file pay for this service, this way, on this date?

    `patient_id` None is the caller's own record. None elsewhere is unknown, never guessed.
    """

    service: str
    modality: str
    dos: date
    patient_id: UUID | None = None
    patient_location: str | None = None
    site: str | None = None
    provider_type: str | None = None
    relation: str | None = None
    facts: Mapping[str, bool] = field(default_factory=dict)
    prior_auth: PriorAuthorization | None = None
    elig271: Eligibility | None = None
    said: SaidPlan = SaidPlan()
