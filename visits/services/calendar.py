"""Move a visit, or cancel it. The old time is kept until the new one holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext as _

from billing.services import coverage
from oncology_clinic.actors import Actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.errors import Conflict
from oncology_clinic.outbox import services as outbox
from screening.services import requests as screen_requests
from visits.models import Appointment
from visits.rules import slots
from visits.rules.findings import Verdict
from visits.rules.states import State
from visits.services import (
    assembly,
    blocked,
    decisions,
    emergencies,
    events,
    finding,
    holds,
    races,
    reminders,
    times,
)
from visits.services.commands import Answers, CancelCommand, RescheduleCommand
from visits.services.considering import Considered, consider

RESCHEDULED, CANCELLED = "visits.appointment_rescheduled", "visits.appointment_cancelled"


def reschedule(command: RescheduleCommand, *, actor: Actor, now: datetime) -> Appointment:
    """The visit at its new time, routed anew by the same facts.

    One UPDATE takes the new time and lets the old one go, so that a lost race leaves the old time standing.
    Raises `not_found` (404); 409 `too_late`, `already_cancelled`, `changed_meanwhile`, `slot_taken` (with
    `alternatives`); 422 as `booking.book` for the new time, `blocked`, `emergency`.
    """
    appointment = finding.for_act(command.appointment_id, actor=actor, now=now)
    finding.check_can_still_change(appointment, now=now)
    if command.expected_start is not None and command.expected_start != appointment.starts_at:
        raise _changed_meanwhile()
    clinician_id = command.clinician_id or appointment.clinician_id
    considered = _considered_again(appointment, clinician_id=clinician_id, start=command.start, now=now)
    acting = actor.acting_for(appointment.patient_id)
    if considered.routed.decision is Verdict.emergency:
        with transaction.atomic():
            emergency = emergencies.report(considered, actor=acting, now=now)
        raise emergency.refusal()
    minutes = int((appointment.ends_at - appointment.starts_at).total_seconds() // 60)
    assert considered.clinician is not None
    slot = times.check_offered(considered.clinician, starts_at=command.start, minutes=minutes, now=now)
    blocked.check_not_blocked(considered)
    try:
        with transaction.atomic():
            return _move(appointment, considered=considered, slot=slot, actor=acting, now=now)
    except (IntegrityError, OperationalError) as error:
        busy = races.who_is_busy(error)
    raise races.slot_taken(
        busy=busy,
        calendar=considered.record.calendar,
        clinician_id=clinician_id,
        patient_id=appointment.patient_id,
        starts_at=slot.starts_at,
        minutes=minutes,
        in_person=considered.modality_to_keep == "in_person",
        now=now,
    )


def _considered_again(appointment: Appointment, *, clinician_id: UUID, start: datetime, now: datetime) -> Considered:
    """The same answers for another time. A clinician's own earlier choice stays part of the facts."""
    earlier = finding.facts_of(appointment)
    return consider(
        patient_id=appointment.patient_id,
        service_slug=appointment.service,
        clinician_id=clinician_id,
        start=start,
        location=appointment.patient_location,
        answers=assembly.answers_of(earlier) if earlier else Answers(),
        now=now,
        override=str(earlier.override or "") if earlier else "",
        earlier=earlier,
    )


def _move(
    appointment: Appointment, *, considered: Considered, slot: slots.Start, actor: Actor, now: datetime
) -> Appointment:
    old_start, old_status = appointment.starts_at, appointment.status
    modality, site_id = _modality(appointment, considered), UUID(slot.site)
    in_person = modality == "in_person"
    races.lock(
        appointment.clinician_id, considered.clinician_id, appointment.patient_id, site_id if in_person else None
    )
    place = holds.Place(appointment.patient_id, _id(considered), slot.starts_at, slot.ends_at)
    holds.clear_way(place, now=now)
    is_request = considered.routed.decision is Verdict.case_decision
    decision = decisions.row(
        considered,
        actor=actor,
        now=now,
        final_modality="" if is_request else modality,
        supersedes_id=appointment.routing_decision_id,
    )
    decision.save(force_insert=True)
    check = coverage.store(considered.coverage.of(modality), patient_id=appointment.patient_id, actor=actor, now=now)
    room = races.free_room(site_id=site_id, starts_at=slot.starts_at, ends_at=slot.ends_at, besides=appointment.id)
    due = appointment.request_due_at or now + timedelta(hours=settings.REQUEST_ANSWER_HOURS)
    changed = Appointment.objects.filter(id=appointment.id, status=old_status, starts_at=old_start).update(
        clinician_id=considered.clinician_id,
        site_id=site_id,
        room_id=room if in_person else None,
        modality=modality,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        status=State.requested if is_request else State.booked,
        request_due_at=due if is_request else None,
        routing_decision_id=decision.id,
        coverage_check_id=check.id,
    )
    if not changed:
        raise _changed_meanwhile()
    moved: Appointment = Appointment.objects.select_related("routing_decision", "patient").get(id=appointment.id)
    times_told = {"from": old_start.isoformat(), "to": moved.starts_at.isoformat()}
    events.row(moved, kind="rescheduled", actor=actor, now=now, from_status=old_status, detail=times_told).save(
        force_insert=True
    )
    screen_requests.move(subject_id=moved.id, due_at=moved.starts_at)
    reminders.replan(moved, patient=considered.record.patient, now=now)
    outbox.publish(RESCHEDULED, subject_id=moved.id, now=now)
    _record(Action.reschedule, moved, actor=actor, now=now, detail=times_told)
    return moved


def cancel(command: CancelCommand, *, actor: Actor, now: datetime) -> Appointment:
    """The visit is off; its time is free at once.

    Raises `not_found` (404); 409 `too_late` once it has begun, `already_cancelled`.
    """
    appointment = finding.for_act(command.appointment_id, actor=actor, now=now)
    finding.check_can_still_change(appointment, now=now)
    acting = actor.acting_for(appointment.patient_id)
    with transaction.atomic():
        close(appointment, kind="cancelled", reason=command.reason, words=command.words, actor=acting, now=now)
        outbox.publish(CANCELLED, subject_id=appointment.id, now=now)
    return appointment


def close(appointment: Appointment, *, kind: str, reason: str, words: str, actor: Actor, now: datetime) -> None:
    """Set it to `cancelled` with its event, screens, reminders and record, in the caller's transaction.

    Raises 409 `changed_meanwhile` when somebody was quicker.
    """
    old_status = appointment.status
    same = Appointment.objects.filter(id=appointment.id, status=old_status, starts_at=appointment.starts_at)
    if not same.update(status=State.cancelled):
        raise _changed_meanwhile()
    appointment.status = State.cancelled
    detail = {"reason": reason, **({"words": words} if words else {})}
    events.row(appointment, kind=kind, actor=actor, now=now, from_status=old_status, detail=detail).save(
        force_insert=True
    )
    screen_requests.withdraw(subject_id=appointment.id, patient_id=appointment.patient_id, actor=actor, now=now)
    reminders.withdraw(appointment_id=appointment.id, now=now)
    _record(Action.cancel, appointment, actor=actor, now=now, detail={"reason": reason})


def _modality(appointment: Appointment, considered: Considered) -> str:
    """Decided anew; a clinician's telehealth without a usual channel keeps the one they agreed on."""
    if considered.routed.modality is None and considered.routed.decision is Verdict.telehealth:
        return appointment.modality
    return considered.modality_to_keep


def _id(considered: Considered) -> UUID:
    assert considered.clinician_id is not None
    return considered.clinician_id


def _changed_meanwhile() -> Conflict:
    return Conflict("changed_meanwhile", _("This visit was changed a moment ago. Look at it again first."))


def _record(action: Action, appointment: Appointment, *, actor: Actor, now: datetime, detail: dict[str, str]) -> None:
    audit.record(
        action,
        actor=actor,
        category=Category.appointment,
        now=now,
        patient_id=appointment.patient_id,
        object_type="visits.Appointment",
        object_id=appointment.id,
        detail=dict(detail),
    )
