"""Many people, one time: locks taken in one order, and a lost race told politely with the next free times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.db import Error, connection
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from oncology_clinic.errors import Conflict
from visits.models.appointments import LIVE
from visits.selectors import slots as slot_selectors
from visits.selectors.calendar import Calendar

ALTERNATIVES = 5
LOOK_AHEAD_DAYS = 21

_BUSY = {
    "visits_clinician_busy": "clinician",
    "visits_patient_busy": "patient",
    "visits_room_busy": "room",
    "visits_in_person_has_room": "room",
}
_LOST_STATES = frozenset({"40001", "40P01", "55P03"})  # serialization failure, deadlock, lock not available


def lock(*ids: UUID | None) -> None:
    """Take the transaction locks of a clinician, a patient, a site, always in the same order: one statement.

    The exclusion constraints keep the truth; without the locks first, waiting inserts deadlock under load.
    """
    keys = sorted({_key(one) for one in ids if one is not None})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(k) FROM unnest(%s::bigint[]) AS k", [keys])


def _key(one: UUID) -> int:
    return int.from_bytes(blake2b(one.bytes, digest_size=8, person=b"visits").digest(), "big", signed=True)


def free_room(*, site_id: UUID, starts_at: datetime, ends_at: datetime, besides: UUID | None = None) -> Any:
    """An expression for the first free room of the site in that time, found by the statement that takes it.

    NULL when none is free, which `visits_in_person_has_room` then refuses.
    """
    return RawSQL(
        "SELECT room.id FROM visits_room room WHERE room.site_id = %s AND room.is_active AND NOT EXISTS ("
        " SELECT 1 FROM visits_appointment taken WHERE taken.room_id = room.id AND taken.status = ANY(%s)"
        " AND taken.during && tstzrange(%s, %s, '[)') AND taken.id IS DISTINCT FROM %s"
        ") ORDER BY room.name, room.id LIMIT 1",
        (site_id, list(LIVE), starts_at, ends_at, besides),
    )


def who_is_busy(error: Error) -> str:
    """`clinician`, `patient`, `room` or `somebody` when the database refused a taken time; else the error rises."""
    cause = error.__cause__
    name = getattr(getattr(cause, "diag", None), "constraint_name", None)
    if name in _BUSY:
        return _BUSY[name]
    if getattr(cause, "pgcode", None) in _LOST_STATES:
        return "somebody"
    raise error


def slot_taken(
    *,
    busy: str,
    calendar: Calendar,
    clinician_id: UUID,
    patient_id: UUID,
    starts_at: datetime,
    minutes: int,
    in_person: bool,
    now: datetime,
) -> Conflict:
    """409 `slot_taken`, with the next times at which clinician, patient and (in person) a room are free."""
    others = slot_selectors.next_free(
        calendar,
        clinician_id=clinician_id,
        patient_id=patient_id,
        begin=max(now, starts_at - timedelta(days=1)),
        end=starts_at + timedelta(days=LOOK_AHEAD_DAYS),
        minutes=minutes,
        in_person=in_person,
        limit=ALTERNATIVES,
        near=starts_at,
    )
    sentences = {
        "patient": _("You already have a visit at that time. Choose another time."),
        "room": _("All our rooms are taken at that time. Choose another time."),
    }
    sentence = sentences.get(busy, _("That time was just taken. Choose another time."))
    return Conflict("slot_taken", sentence, field="start", extra={"alternatives": as_plain(others)})


def as_plain(found: Iterable[slot_selectors.Slot]) -> list[dict[str, str]]:
    return [slot.as_plain() for slot in found]
