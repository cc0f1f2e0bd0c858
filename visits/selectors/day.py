"""One clinician's day, and the requests that wait for a decision: few statements, however many rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from oncology_clinic.accounts import policies as account_policies
from oncology_clinic.accounts.models import Clinician
from oncology_clinic.actors import Actor, Role
from oncology_clinic.errors import Forbidden, NotFound
from screening.selectors import alerts as screening_alerts
from screening.selectors import trends as screening_trends
from visits.models import Appointment
from visits.rules import slots
from visits.rules.states import State

NOT_SHOWN = (State.held, State.expired, State.cancelled)
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class WaitingAlert:
    """An alert nobody has closed; its reason stays sealed."""

    id: UUID
    severity: str
    status: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """A visit with patient, site, coverage check and decision joined; `trend` None: no screens yet."""

    appointment: Appointment
    trend: screening_trends.Trend | None
    alerts: tuple[WaitingAlert, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """`on` is the local day of the clinician's own zone; `rows` in time order."""

    clinician: Clinician
    on: date
    rows: tuple[DayRow, ...]


def day_list(actor: Actor, *, on: date, clinician_id: UUID | None = None) -> Day:
    """The visits of that day: a clinician's own, a coordinator's chosen clinician. Four statements.

    Names and diagnoses stay sealed until the presenter opens them. Raises `wrong_role`, `second_factor_needed` (403),
    `not_found` (404).
    """
    account_policies.check_role(actor, (Role.clinician, Role.nurse_coordinator))
    whose = clinician_id or actor.clinician_id
    if actor.role is Role.clinician and whose != actor.clinician_id:
        raise Forbidden("wrong_role", _("This page is for another team."))
    clinician = Clinician.objects.filter(id=whose).first() if whose else None
    if clinician is None:
        raise NotFound("not_found", _("We could not find that page, or it is not yours to see."))
    begin = slots.instant(on, time(0), zone=clinician.time_zone)
    end = slots.instant(on + timedelta(days=1), time(0), zone=clinician.time_zone)
    visits = list(
        Appointment.objects.filter(clinician_id=clinician.id, starts_at__gte=begin, starts_at__lt=end)
        .exclude(status__in=NOT_SHOWN)
        .select_related("patient", "site", "room", "coverage_check", "routing_decision")
        .order_by("starts_at", "id")[:MOST_SHOWN]
    )
    return Day(clinician=clinician, on=on, rows=tuple(_with_screens(visits)))


def open_requests(actor: Actor) -> list[Appointment]:
    """Requests that wait: a clinician's own, a coordinator's all; the ones due first first. One statement.

    Patient, clinician, site, decision and coverage check are joined. Raises `wrong_role` (403).
    """
    account_policies.check_role(actor, (Role.clinician, Role.nurse_coordinator))
    waiting = Appointment.objects.filter(status=State.requested)
    if actor.role is Role.clinician:
        waiting = waiting.filter(clinician_id=actor.clinician_id)
    joined = waiting.select_related("patient", "clinician", "site", "routing_decision", "coverage_check")
    return list(joined.order_by("request_due_at", "id")[:MOST_SHOWN])


def _with_screens(visits: list[Appointment]) -> list[DayRow]:
    patients = {one.patient_id for one in visits}
    trends = screening_trends.trends(patients) if patients else {}
    waiting = screening_alerts.open_alerts_of(patients) if patients else {}
    return [DayRow(one, trends.get(one.patient_id), _brief(waiting.get(one.patient_id, ()))) for one in visits]


def _brief(alerts: Iterable[Any]) -> tuple[WaitingAlert, ...]:
    return tuple(WaitingAlert(alert.id, alert.severity, alert.status) for alert in alerts)
