"""One letter to the patient about what became of a visit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from oncology_clinic.actors import system_actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.outbox.delivery import deliver
from visits.models import Appointment
from visits.services import letters

SYSTEM = system_actor("visit notices")

# Topic -> the visit's status now -> the letter. A status that is not named has been overtaken by another
# event, which brings its own letter.
LETTERS: Mapping[str, Mapping[str, str]] = {
    "visits.appointment_booked": {"booked": "booked"},
    "visits.appointment_requested": {"requested": "requested"},
    "visits.appointment_rescheduled": {"booked": "moved", "requested": "requested"},
    "visits.appointment_cancelled": {"cancelled": "cancelled"},
    "visits.request_decided": {"booked": "booked", "cancelled": "declined"},
}


def tell_patient(appointment_id: UUID, *, topic: str, message_id: UUID, now: datetime) -> bool:
    """Write to the patient, unless the visit has moved on or nobody has an address. True when a letter went.

    Safe to run twice: the letter's key is the message's id. Raises `DeliveryFailed`, after
    which the outbox tries again. Opens patient data: needs an access context.
    """
    appointment = Appointment.objects.filter(id=appointment_id).select_related("patient").first()
    if appointment is None:
        return False
    name = LETTERS[topic].get(appointment.status)
    if name is None:
        return False
    key = f"notice.{name}.{message_id}"
    letter = letters.about(appointment, patient=appointment.patient, name=name, key=key)
    if letter is None:
        return False
    deliver(letter)
    audit.record(
        Action.send,
        actor=SYSTEM,
        category=Category.message,
        now=now,
        patient_id=appointment.patient_id,
        object_type="visits.Appointment",
        object_id=appointment.id,
        detail={"channel": letter.channel, "key": key, "what": name},
    )
    return True
