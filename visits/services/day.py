"""What happens to a visit on its day: the patient arrives, the visit begins and ends, or somebody was absent."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from oncology_clinic.actors import Actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.errors import Conflict
from screening.services import requests as screen_requests
from visits import policies
from visits.models import Appointment
from visits.rules import slots, states
from visits.rules.states import State
from visits.services import events, finding, reminders
from visits.services.commands import CloseVisitCommand


def check_in(appointment_id: UUID, *, actor: Actor, now: datetime) -> Appointment:
    """The patient is here, or waits on the line. Not before the day of the visit.

    Raises `not_found` (404), `wrong_role`, `second_factor_needed` (403), 409 `changed_meanwhile`, `too_early`.
    """
    return _move(appointment_id, to=State.checked_in, kind="checked_in", actor=actor, now=now)


def start(appointment_id: UUID, *, actor: Actor, now: datetime) -> Appointment:
    """The visit begins, with or without a check-in before. Raises as `check_in`."""
    return _move(appointment_id, to=State.in_progress, kind="started", actor=actor, now=now)


def complete(appointment_id: UUID, *, actor: Actor, now: datetime) -> Appointment:
    """The visit is over. Raises as `check_in`."""
    return _move(appointment_id, to=State.completed, kind="completed", actor=actor, now=now)


def close(command: CloseVisitCommand, *, actor: Actor, now: datetime) -> Appointment:
    """It took place, or it was missed, and who or what was absent. Nothing more is then asked of the patient for it.

    Raises as `check_in`; 409 `too_early` before the visit's time.
    """
    if command.missed_by is not None:
        detail = {"missed_by": str(command.missed_by)}
        return _move(command.appointment_id, to=State.missed, kind="missed", actor=actor, now=now, detail=detail)
    with transaction.atomic():
        found = finding.for_act(command.appointment_id, actor=actor, now=now)
        if found.status != State.in_progress:
            _check_has_begun(found, now=now)
            start(command.appointment_id, actor=actor, now=now)
        return complete(command.appointment_id, actor=actor, now=now)


def _move(
    appointment_id: UUID,
    *,
    to: State,
    kind: str,
    actor: Actor,
    now: datetime,
    detail: dict[str, str] | None = None,
) -> Appointment:
    policies.check_can_run_visits(actor)
    appointment = finding.for_act(appointment_id, actor=actor, now=now)
    _check_can_move(appointment, to=to, now=now)
    before = appointment.status
    acting = actor.acting_for(appointment.patient_id)
    with transaction.atomic():
        same = Appointment.objects.filter(id=appointment.id, status=before, starts_at=appointment.starts_at)
        if not same.update(status=to):
            raise _changed_meanwhile()
        appointment.status = to
        events.row(appointment, kind=kind, actor=acting, now=now, from_status=before, detail=detail).save(
            force_insert=True
        )
        if to is State.missed:
            screen_requests.withdraw(
                subject_id=appointment.id, patient_id=appointment.patient_id, actor=acting, now=now
            )
            reminders.withdraw(appointment_id=appointment.id, now=now, reason="missed")
        _record(appointment, before=before, detail=detail or {}, actor=acting, now=now)
    return appointment


def _check_can_move(appointment: Appointment, *, to: State, now: datetime) -> None:
    if not states.can_move(State(appointment.status), to=to):
        raise _changed_meanwhile()
    if to is State.missed:
        _check_has_begun(appointment, now=now)
    if to in (State.checked_in, State.in_progress) and now < _day_begins(appointment):
        raise Conflict("too_early", _("This visit is on another day."))


def _check_has_begun(appointment: Appointment, *, now: datetime) -> None:
    if now < appointment.starts_at:
        raise Conflict("too_early", _("The time of this visit has not come yet."))


def _day_begins(appointment: Appointment) -> datetime:
    """Midnight before the visit, where the care is."""
    zone = appointment.site.time_zone
    return slots.instant(appointment.starts_at.astimezone(ZoneInfo(zone)).date(), time(0), zone=zone)


def _changed_meanwhile() -> Conflict:
    return Conflict("changed_meanwhile", _("This visit was changed a moment ago. Look at it again first."))


def _record(appointment: Appointment, *, before: str, detail: dict[str, str], actor: Actor, now: datetime) -> None:
    audit.record(
        Action.update,
        actor=actor,
        category=Category.appointment,
        now=now,
        patient_id=appointment.patient_id,
        object_type="visits.Appointment",
        object_id=appointment.id,
        detail={"from": before, "to": str(appointment.status), **detail},
    )
