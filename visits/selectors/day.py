"""The visits of a day, and the requests that wait for a decision: few statements, however many rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from oncology_clinic import access
from oncology_clinic.access import Domain
from oncology_clinic.accounts import people
from oncology_clinic.accounts import policies as account_policies
from oncology_clinic.accounts.models import Clinician
from oncology_clinic.actors import Actor, Role
from oncology_clinic.errors import Forbidden, NotFound
from screening.selectors import alerts as screening_alerts
from screening.selectors import requests as screening_requests
from screening.selectors import trends as screening_trends
from visits.models import Appointment, AppointmentEvent
from visits.models.appointments import AppointmentQuerySet
from visits.rules import slots
from visits.rules.states import State

NOT_SHOWN = (State.held, State.expired, State.cancelled)
COUNTING = (State.checked_in, State.in_progress)  # their rows count minutes
MOST_SHOWN = 100
CLINICAL = (Role.clinician, Role.nurse_coordinator)


@dataclass(frozen=True, slots=True)
class WaitingAlert:
    """An alert nobody has closed; its reason stays sealed."""

    id: UUID
    kind: str
    severity: str
    status: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class DayRow:
    """A visit with patient, clinician, site, coverage check and decision joined.

    `trend` None: no screens yet. `screens` is the status of what was asked before the visit, empty when nothing was.
    `since`: when the visit came to its present status, where an event says so.
    """

    appointment: Appointment
    trend: screening_trends.Trend | None
    alerts: tuple[WaitingAlert, ...]
    screens: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class TakenRow:
    """A visit of a patient who is not in the reader's care: when and with whom, and nothing of the patient."""

    id: UUID
    clinician_id: UUID
    starts_at: datetime
    ends_at: datetime
    status: str


@dataclass(frozen=True, slots=True)
class Day:
    """`on` is a local day of `zone`; `clinician` None: everybody's. Rows in time order.

    `mark` changes when anything on the page does: a page that asks again and again compares it, and opens nothing.
    """

    clinician: Clinician | None
    on: date
    zone: str
    rows: tuple[DayRow, ...]
    taken: tuple[TakenRow, ...] = ()
    colleagues: tuple[Clinician, ...] = ()  # whose day may be chosen
    mark: str = ""


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    patient_id: UUID
    clinician_id: UUID
    starts_at: datetime
    ends_at: datetime
    status: str


def day_list(actor: Actor, *, on: date, now: datetime, clinician_id: UUID | None = None, unless: str = "") -> Day:
    """The visits of that day: a clinician's own; a coordinator's chosen clinician, or everybody's.

    A coordinator sees by name the patients in their care; of the others only that the time is taken. Names and
    diagnoses stay sealed until the presenter opens them. With `unless` the mark of a page already shown, and nothing
    new since: no rows, and nothing of any patient is read. Ten statements at most.
    Raises `wrong_role`, `second_factor_needed` (403), `not_found` (404).
    """
    account_policies.check_role(actor, CLINICAL)
    clinician, colleagues = _whose(actor, clinician_id=clinician_id)
    zone = clinician.time_zone if clinician else settings.CLINIC_TIME_ZONE
    begin = slots.instant(on, time(0), zone=zone)
    end = slots.instant(on + timedelta(days=1), time(0), zone=zone)
    shown = Appointment.objects.filter(starts_at__gte=begin, starts_at__lt=end).exclude(status__in=NOT_SHOWN)
    if clinician is not None:
        shown = shown.filter(clinician_id=clinician.id)
    found = _outline(shown)
    mark = _mark(found, now=now)
    if unless and unless == mark:
        return Day(clinician, on, zone, (), colleagues=colleagues, mark=mark)
    seen = _may_see(actor, found, now=now)
    return Day(
        clinician,
        on,
        zone,
        rows=tuple(_with_screens([row.id for row in found if row.patient_id in seen])),
        taken=tuple(
            TakenRow(row.id, row.clinician_id, row.starts_at, row.ends_at, row.status)
            for row in found
            if row.patient_id not in seen
        ),
        colleagues=colleagues,
        mark=mark,
    )


def open_requests(actor: Actor, *, now: datetime) -> list[Appointment]:
    """Requests that wait: a clinician's own, a coordinator's of the patients in their care; due first first.

    Patient, clinician, site, decision and coverage check are joined. Raises `wrong_role` (403).
    """
    account_policies.check_role(actor, CLINICAL)
    waiting = Appointment.objects.filter(status=State.requested)
    if actor.role is Role.clinician:
        waiting = waiting.filter(clinician_id=actor.clinician_id)
    else:
        rows = waiting.order_by().phi_values("patient_id", reason="narrowed to the reader's care before a row is read")
        ids = {patient_id for (patient_id,) in rows}
        waiting = waiting.filter(
            patient_id__in=access.those_of(actor, patient_ids=ids, domain=Domain.appointments, now=now)
        )
    joined = waiting.select_related("patient", "clinician", "site", "routing_decision", "coverage_check")
    return list(joined.order_by("request_due_at", "id")[:MOST_SHOWN])


def _whose(actor: Actor, *, clinician_id: UUID | None) -> tuple[Clinician | None, tuple[Clinician, ...]]:
    """Whose day, and whose else might be chosen. One statement."""
    if actor.role is Role.nurse_coordinator:
        colleagues = tuple(people.active_clinicians())
        chosen = next((one for one in colleagues if one.id == clinician_id), None)
        if clinician_id is not None and chosen is None:
            raise _not_found()
        return chosen, colleagues
    if clinician_id is not None and clinician_id != actor.clinician_id:
        raise Forbidden("wrong_role", _("This page is for another team."))
    if actor.clinician_id is None:
        raise _not_found()
    return people.clinician(actor.clinician_id), ()


def _outline(visits: AppointmentQuerySet) -> list[_Row]:
    rows = visits.order_by("starts_at", "id").phi_values(
        "id",
        "patient_id",
        "clinician_id",
        "starts_at",
        "ends_at",
        "status",
        reason="narrowed to the reader's care, and compared with what they see, before a patient's row is read",
    )
    return [_Row(*row) for row in rows[:MOST_SHOWN]]


def _may_see(actor: Actor, found: list[_Row], *, now: datetime) -> set[UUID]:
    """A clinician's own day is of their own patients; a coordinator's is asked of `access`."""
    patients = {row.patient_id for row in found}
    if actor.role is Role.clinician:
        return patients
    return access.those_of(actor, patient_ids=patients, domain=Domain.chart, now=now) if patients else set()


def _mark(found: list[_Row], *, now: datetime) -> str:
    """A short digest of statuses, alerts and answers; of the minute too while a row counts minutes."""
    patients = {row.patient_id for row in found}
    minute = now.replace(second=0, microsecond=0) if any(row.status in COUNTING for row in found) else None
    parts: list[Any] = [[(row.id, row.starts_at, row.ends_at, row.status) for row in found], minute]
    if found:
        parts.append(screening_alerts.standing(patients))
        parts.append(screening_requests.standing({row.id for row in found}))
    return blake2b(repr(parts).encode(), digest_size=9).hexdigest()


def _with_screens(ids: list[UUID]) -> list[DayRow]:
    visits = _joined(ids) if ids else []
    patients = {one.patient_id for one in visits}
    trends = screening_trends.trends(patients) if patients else {}
    waiting = screening_alerts.open_alerts_of(patients) if patients else {}
    asked = screening_requests.of_subjects(ids) if ids else {}
    return [
        DayRow(
            one,
            trends.get(one.patient_id),
            _brief(waiting.get(one.patient_id, ())),
            screens=str(asked[one.id].status) if one.id in asked else "",
            since=one.since,  # type: ignore[attr-defined]
        )
        for one in visits
    ]


def _joined(ids: list[UUID]) -> list[Appointment]:
    happened = AppointmentEvent.objects.filter(appointment_id=OuterRef("id"), to_status=OuterRef("status"))
    since = happened.order_by("-at").phi_values("at", reason="a column of the visit's own row")[:1]
    joined = Appointment.objects.filter(id__in=ids).select_related(
        "patient", "clinician", "site", "room", "coverage_check", "routing_decision"
    )
    return list(joined.annotate(since=Subquery(since)).order_by("starts_at", "id"))


def _brief(alerts: Iterable[Any]) -> tuple[WaitingAlert, ...]:
    return tuple(WaitingAlert(one.id, one.kind, one.severity, one.status, one.due_at) for one in alerts)


def _not_found() -> NotFound:
    return NotFound("not_found", _("We could not find that page, or it is not yours to see."))
