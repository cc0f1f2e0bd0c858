"""A time kept for ten minutes while the questions are answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from oncology_clinic.actors import Actor, system_actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.errors import Conflict, NotFound
from visits import policies
from visits.models import Appointment, AppointmentEvent
from visits.rules import slots
from visits.rules.states import State
from visits.selectors import booking_facts
from visits.selectors.calendar import clinician_of
from visits.services import events, races, times
from visits.services.commands import HoldCommand
from visits.services.considering import service_of
from visits.services.write_set import insert_together

HOLD = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Place:
    """A time wanted by a patient with a clinician."""

    patient_id: UUID
    clinician_id: UUID
    starts_at: datetime
    ends_at: datetime


def hold(command: HoldCommand, *, actor: Actor, now: datetime) -> Appointment:
    """Keep the time; one hold a patient, an earlier one is let go. Gives the appointment, status `held`.

    Raises as `booking.book` for the time, the service and the clinician; 409 `slot_taken`.
    """
    patient_id = policies.patient_of(actor, patient_id=command.patient_id)
    policies.check_can_book_for(actor, patient_id=patient_id, now=now)
    service = service_of(command.service)
    record = booking_facts.read(patient_id, clinician_id=command.clinician_id, around=command.start, now=now)
    clinician = clinician_of(record.calendar, command.clinician_id)
    minutes = times.length_of(service, minutes=command.minutes)
    slot = times.check_offered(clinician, starts_at=command.start, minutes=minutes, now=now)
    acting = actor.acting_for(patient_id)
    try:
        with transaction.atomic():
            return _keep(
                command, patient_id=patient_id, zone=record.patient.time_zone, slot=slot, actor=acting, now=now
            )
    except (IntegrityError, OperationalError) as error:
        busy = races.who_is_busy(error)
    raise races.slot_taken(
        busy=busy,
        calendar=record.calendar,
        clinician_id=clinician.id,
        patient_id=patient_id,
        starts_at=slot.starts_at,
        minutes=minutes,
        in_person=command.modality == "in_person",
        now=now,
    )


def _keep(
    command: HoldCommand, *, patient_id: UUID, zone: str, slot: slots.Start, actor: Actor, now: datetime
) -> Appointment:
    site_id, in_person = UUID(slot.site), command.modality == "in_person"
    races.lock(command.clinician_id, patient_id, site_id if in_person else None)
    place = Place(patient_id, command.clinician_id, slot.starts_at, slot.ends_at)
    clear_way(place, now=now, every_own=True)
    room = races.free_room(site_id=site_id, starts_at=slot.starts_at, ends_at=slot.ends_at) if in_person else None
    appointment = Appointment(
        patient_id=patient_id,
        clinician_id=command.clinician_id,
        site_id=site_id,
        room_id=room,
        service=command.service,
        modality=command.modality,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        status=State.held,
        hold_expires_at=now + HOLD,
        patient_time_zone=zone,
        booked_by_id=actor.account_id,
        created_at=now,
    )
    event = events.row(appointment, kind="held", actor=actor, now=now)
    appointment.room_id = insert_together(event, appointment, returning="room_id")
    _record(Action.create, appointment, actor=actor, now=now)
    return appointment


def release(appointment_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Let a held time go. Raises `not_found` (404), and 409 `not_held` when it is no longer a hold."""
    appointment = Appointment.objects.filter(id=appointment_id).first()
    if appointment is None:
        raise NotFound("not_found", _("We could not find that page, or it is not yours to see."))
    policies.check_can_book_for(actor, patient_id=appointment.patient_id, now=now)
    with transaction.atomic():
        if not Appointment.objects.filter(id=appointment_id, status=State.held).update(status=State.expired):
            raise Conflict("not_held", _("That time is no longer being kept for you."))
        appointment.status = State.expired
        acting = actor.acting_for(appointment.patient_id)
        events.row(appointment, kind="released", actor=acting, now=now, from_status=State.held).save(force_insert=True)
        _record(Action.cancel, appointment, actor=acting, now=now)


def is_in_the_way(place: Place, *, now: datetime) -> bool:
    """True when `clear_way` would let something go. One statement."""
    return Appointment.objects.filter(_in_the_way(place, now=now), status=State.held).exists()


def clear_way(place: Place, *, now: datetime, every_own: bool = False) -> int:
    """Let go the holds that may not stand in the way of this booking: run out ones, and the patient's own.

    Called inside the transaction of the act that takes the time, which records it. The number let go. `every_own`:
    also the patient's holds at other times.
    """
    which = _in_the_way(place, now=now) | (Q(patient_id=place.patient_id) if every_own else Q())
    return Appointment.objects.filter(which, status=State.held).update(status=State.expired)


def _in_the_way(place: Place, *, now: datetime) -> Q:
    whose = Q(patient_id=place.patient_id) | Q(hold_expires_at__lte=now)
    return whose & Q(starts_at__lt=place.ends_at, ends_at__gt=place.starts_at)


def expire(now: datetime, *, limit: int = 500) -> int:
    """Let go the holds that have run out, oldest first; the number let go. Safe to run twice or side by side."""
    actor = system_actor("visits.expire_holds")
    with transaction.atomic():
        ran_out = list(
            Appointment.objects.holds_expired(now)
            .order_by("hold_expires_at", "id")
            .select_for_update(skip_locked=True, of=("self",))[:limit]
        )
        Appointment.objects.filter(id__in=[one.id for one in ran_out]).update(status=State.expired)
        for one in ran_out:
            one.status = State.expired
        AppointmentEvent.objects.bulk_create(
            [events.row(one, kind="expired", actor=actor, now=now, from_status=State.held) for one in ran_out]
        )
        for one in ran_out:
            _record(Action.update, one, actor=actor, now=now)
    return len(ran_out)


def _record(action: Action, appointment: Appointment, *, actor: Actor, now: datetime) -> None:
    audit.record(
        action,
        actor=actor,
        category=Category.appointment,
        now=now,
        patient_id=appointment.patient_id,
        object_type="visits.Appointment",
        object_id=appointment.id,
        detail={"status": str(appointment.status)},
    )
