"""A patient as their care team sees them: who, what they have, visits, answers, alerts, decisions, coverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from billing.services import on_file
from oncology_clinic import access
from oncology_clinic.access import Domain
from oncology_clinic.accounts import people
from oncology_clinic.accounts.models import Patient
from oncology_clinic.actors import Actor
from screening.selectors import alerts as alert_selectors
from screening.selectors import trends
from screening.services import summaries
from visits import policies
from visits.models import Appointment, RoutingDecision
from visits.selectors import chart as selectors

TREND_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Chart:
    """Visits and decisions newest first; alerts that wait, sickest first; the last finished screens, newest first."""

    patient: Patient
    visits: list[Appointment]
    decisions: list[RoutingDecision]
    alerts: Sequence[Any]
    trend: trends.Trend
    screens: list[summaries.ScreenSummary]
    coverage: on_file.OnFile


def chart(patient_id: UUID, *, actor: Actor, now: datetime) -> Chart:
    """Everything of one patient's chart.

    Raises `wrong_role`, `second_factor_needed` (403), `not_found` (404): unknown and not yours alike.
    """
    policies.check_can_run_visits(actor)
    access.check_can_act_for(actor, patient_id=patient_id, domain=Domain.chart, now=now)
    return Chart(
        patient=people.patient(patient_id),
        visits=selectors.visits_of(patient_id),
        decisions=selectors.decisions_of(patient_id),
        alerts=alert_selectors.open_alerts_of([patient_id]).get(patient_id, ()),
        trend=trends.trends([patient_id], limit=TREND_LENGTH).get(patient_id, trends.Trend()),
        screens=summaries.latest(patient_id, actor=actor, now=now),
        coverage=on_file.on_file(patient_id, actor=actor, now=now),
    )
