"""One visit for an act on it: permission first, then the visit as it stands."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from oncology_clinic.actors import Actor
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.errors import Conflict, NotFound
from visits import policies
from visits.models import Appointment
from visits.rules import facts
from visits.rules.states import State


def for_act(appointment_id: UUID, *, actor: Actor, now: datetime) -> Appointment:
    """The visit with its routing decision and patient joined. Raises `not_found` (404): unknown and not yours alike."""
    joined = Appointment.objects.select_related("routing_decision", "patient")
    appointment: Appointment | None = joined.filter(id=appointment_id).first()
    if appointment is None:
        raise NotFound("not_found", _("We could not find that page, or it is not yours to see."))
    policies.check_can_book_for(actor, patient_id=appointment.patient_id, now=now)
    return appointment


def check_can_still_change(appointment: Appointment, *, now: datetime) -> None:
    """Raise 409: `too_late` once the visit has begun, `already_cancelled` or `not_open` when it is over."""
    if appointment.status == State.cancelled:
        raise Conflict("already_cancelled", _("This visit is already cancelled."))
    if appointment.status not in (State.booked, State.requested) and appointment.status != State.checked_in:
        raise Conflict("too_late", _("This visit can no longer be changed here. Call us."))
    if appointment.starts_at <= now or appointment.status == State.checked_in:
        raise Conflict("too_late", _("This visit has already begun. Call us if you need a change."))


def facts_of(appointment: Appointment) -> facts.Facts | None:
    """The facts the visit was decided by; None for a visit without a decision."""
    decision = appointment.routing_decision
    return facts.Facts.from_dict(reveal(decision.facts)) if decision else None
