"""Book a visit: one booking through the rooms, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction

from billing.rules.model import Answer
from billing.services import coverage
from oncology_clinic.actors import Actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.outbox import services as outbox
from screening.services import requests as screen_requests
from visits import policies
from visits.models import Appointment, RoutingDecision
from visits.rules import slots
from visits.rules.findings import Routed, Verdict
from visits.rules.states import State
from visits.services import blocked, decisions, emergencies, events, holds, races, reminders, times
from visits.services.commands import BookCommand
from visits.services.considering import Considered, consider
from visits.services.write_set import insert_together

BOOKED, REQUESTED = "visits.appointment_booked", "visits.appointment_requested"


@dataclass(frozen=True, slots=True)
class Booked:
    """What came of it. `is_repeat`: the same booking had been made a moment ago, and stands."""

    appointment: Appointment
    decision: RoutingDecision | None
    routed: Routed | None
    coverage: Answer | None
    zone: str  # of the place of care
    is_repeat: bool = False

    @property
    def is_request(self) -> bool:
        return self.appointment.status == State.requested


def book(command: BookCommand, *, actor: Actor, now: datetime) -> Booked:
    """Keep the time, or hold it for a clinician to decide.

    Gives the appointment `booked`, or `requested` for a case decision, with its stored decision and coverage answer.
    Raises `not_found` (404); 422 `unknown_service`, `not_bookable`, `unknown_clinician`, `wrong_length`,
    `in_the_past`, `too_far`, `outside_hours`, `on_leave`, `blocked` (with `choices`), `self_pay_not_allowed`,
    `self_pay_needs_form`, `emergency` (with `script`; decision, alert, page and event stay stored);
    409 `slot_taken` (with `alternatives`).
    """
    patient_id = policies.patient_of(actor, patient_id=command.patient_id)
    policies.check_can_book_for(actor, patient_id=patient_id, now=now)
    considered = consider(
        patient_id=patient_id,
        service_slug=command.service,
        clinician_id=command.clinician_id,
        start=command.start,
        location=command.location,
        answers=command.answers,
        now=now,
    )
    acting = actor.acting_for(patient_id)
    if considered.routed.decision is Verdict.emergency:
        with transaction.atomic():
            emergency = emergencies.report(considered, actor=acting, now=now)
        raise emergency.refusal()
    minutes = times.length_of(considered.service, minutes=command.minutes)
    assert considered.clinician is not None  # the command names one
    slot = times.check_offered(considered.clinician, starts_at=command.start, minutes=minutes, now=now)
    blocked.check_not_blocked(considered)
    try:
        with transaction.atomic():
            return _keep(considered, slot=slot, actor=acting, now=now)
    except (IntegrityError, OperationalError) as error:
        busy = races.who_is_busy(error)
    same = _same_again(considered, slot=slot)
    if same is not None:
        return same
    if holds.is_in_the_way(_hold_place(considered, slot), now=now):
        try:
            with transaction.atomic():
                return _keep(considered, slot=slot, actor=acting, now=now, clear_holds=True)
        except (IntegrityError, OperationalError) as error:
            busy = races.who_is_busy(error)
    raise races.slot_taken(
        busy=busy,
        calendar=considered.record.calendar,
        clinician_id=considered.clinician.id,
        patient_id=considered.patient_id,
        starts_at=slot.starts_at,
        minutes=minutes,
        in_person=considered.modality_to_keep == "in_person",
        now=now,
    )


def _hold_place(considered: Considered, slot: slots.Start) -> holds.Place:
    assert considered.clinician is not None
    return holds.Place(considered.patient_id, considered.clinician.id, slot.starts_at, slot.ends_at)


def _keep(
    considered: Considered, *, slot: slots.Start, actor: Actor, now: datetime, clear_holds: bool = False
) -> Booked:
    """The write set. The locks first, then the rows that can be refused, then what hangs on them."""
    assert considered.clinician is not None  # a booking names one
    modality = considered.modality_to_keep
    site_id = UUID(slot.site)
    races.lock(considered.clinician_id, considered.patient_id, site_id if modality == "in_person" else None)
    if clear_holds:
        holds.clear_way(_hold_place(considered, slot), now=now)
    is_request = considered.routed.decision is Verdict.case_decision
    decision = decisions.row(
        considered, actor=actor, now=now, final_modality="" if is_request else considered.routed.modality or ""
    )
    answer = considered.coverage.of(modality)
    check = coverage.built(answer, patient_id=considered.patient_id, actor=actor, now=now)
    appointment = Appointment(
        patient_id=considered.patient_id,
        clinician_id=considered.clinician.id,
        site_id=site_id,
        room_id=_room(modality, slot=slot),
        service=considered.service.slug,
        modality=modality,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        status=State.requested if is_request else State.booked,
        request_due_at=now + timedelta(hours=settings.REQUEST_ANSWER_HOURS) if is_request else None,
        routing_decision_id=decision.id,
        coverage_check_id=check.id,
        patient_location=considered.location,
        patient_time_zone=considered.record.patient.time_zone,
        booked_by_id=actor.account_id,
        created_at=now,
    )
    event = events.row(appointment, kind="requested" if is_request else "booked", actor=actor, now=now)
    appointment.room_id = insert_together(decision, check, event, appointment, returning="room_id")
    _what_follows(appointment, considered=considered, actor=actor, now=now)
    return Booked(
        appointment=appointment,
        decision=decision,
        routed=considered.routed,
        coverage=answer,
        zone=considered.record.calendar.sites[site_id].time_zone,
    )


def _room(modality: str, *, slot: slots.Start) -> Any:
    if modality != "in_person":
        return None
    return races.free_room(site_id=UUID(slot.site), starts_at=slot.starts_at, ends_at=slot.ends_at)


def _what_follows(appointment: Appointment, *, considered: Considered, actor: Actor, now: datetime) -> None:
    """Screen, reminders, outbox, audit: in the same transaction, one statement each."""
    screen_requests.ask(
        patient_id=appointment.patient_id,
        subject_id=appointment.id,
        due_at=appointment.starts_at,
        actor=actor,
        now=now,
    )
    is_request = appointment.status == State.requested
    if not is_request:
        reminders.plan(appointment, patient=considered.record.patient, now=now)
    outbox.publish(REQUESTED if is_request else BOOKED, subject_id=appointment.id, now=now)
    audit.record(
        Action.book,
        actor=actor,
        category=Category.appointment,
        now=now,
        patient_id=appointment.patient_id,
        object_type="visits.Appointment",
        object_id=appointment.id,
        detail={
            "status": str(appointment.status),
            "service": appointment.service,
            "modality": appointment.modality,
            "coverage_check": str(appointment.coverage_check_id),
        },
    )


def _same_again(considered: Considered, *, slot: slots.Start) -> Booked | None:
    """A double click: the very same visit stands already."""
    appointment = (
        Appointment.objects.live()
        .of_patient(considered.patient_id)
        .filter(clinician_id=considered.clinician_id, starts_at=slot.starts_at, service=considered.service.slug)
        .exclude(status=State.held)
        .select_related("routing_decision")
        .first()
    )
    if appointment is None:
        return None
    return Booked(
        appointment=appointment,
        decision=appointment.routing_decision,
        routed=considered.routed,
        coverage=considered.coverage.of(appointment.modality),
        zone=considered.record.calendar.sites[appointment.site_id].time_zone,
        is_repeat=True,
    )
