"""Free times: compiled hours less leave, less what the database says is taken. One read for any number of clinicians."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from oncology_clinic.errors import Refusal
from visits.models import Appointment
from visits.rules import catalogue, giving, slots
from visits.selectors import calendar
from visits.selectors.calendar import Calendar, ClinicianEntry

LONGEST_VISIT = timedelta(days=1)
MOST = 2000  # starts in one answer: a person asks for a week of one clinician, never for all there are


@dataclass(frozen=True, slots=True)
class Slot:
    """A free time. Instants in UTC; `zone` is the IANA name of the place of care."""

    starts_at: datetime
    ends_at: datetime
    clinician_id: UUID
    site_id: UUID
    zone: str

    def as_plain(self) -> dict[str, str]:
        """ISO 8601 with the offset of the place of care."""
        zone = ZoneInfo(self.zone)
        return {
            "start": self.starts_at.astimezone(zone).isoformat(),
            "end": self.ends_at.astimezone(zone).isoformat(),
            "clinician": str(self.clinician_id),
            "site": str(self.site_id),
        }


@dataclass(frozen=True, slots=True)
class Taken:
    by_clinician: dict[UUID, list[slots.Period]]
    by_room: dict[UUID, list[slots.Period]]


def free_slots(
    *,
    service: str,
    modality: str,
    first_day: date,
    last_day: date,
    now: datetime,
    clinician_id: UUID | None = None,
    patient_id: UUID | None = None,
    location: str = "",
    minutes: int | None = None,
    limit: int = MOST,
) -> list[Slot]:
    """Free starts from `first_day` through `last_day` (local days of the clinic), in time order. Two statements.

    Only clinicians whose profession gives the service are asked. A telehealth slot is offered only by a clinician who may practise in `location` on its date (empty: not yet
    known, every clinician); in person only while a room of the site is free; with `patient_id` only while that
    patient is free too. Raises `unknown_clinician`,
    `unknown_service`, `not_bookable`, `modality_not_offered`.
    """
    known = calendar.current()
    length = _length(service, modality=modality, minutes=minutes)
    asked = [calendar.clinician_of(known, clinician_id)] if clinician_id else known.clinicians.values()
    people = [person for person in asked if giving.may_give(person.profession, service=service)]
    begin = max(now, _midnight(first_day))
    end = _midnight(last_day + timedelta(days=1))
    if begin >= end or not people:
        return []
    taken = _taken(
        people,
        begin=begin,
        end=end + LONGEST_VISIT,
        rooms=_rooms_of(known, people) if modality == "in_person" else [],
        patient_id=patient_id,
    )
    streams = [
        _of_clinician(
            known, person, taken=taken, begin=begin, end=end, minutes=length, modality=modality, location=location
        )
        for person in people
    ]
    merged = heapq.merge(*streams, key=lambda slot: (slot.starts_at, str(slot.clinician_id)))
    return [slot for slot, _number in zip(merged, range(limit), strict=False)]


def next_free(
    known: Calendar,
    *,
    clinician_id: UUID,
    patient_id: UUID,
    begin: datetime,
    end: datetime,
    minutes: int,
    in_person: bool,
    limit: int,
    near: datetime,
) -> list[Slot]:
    """The free times nearest to `near` at which clinician and patient are free, in time order. One statement."""
    person = known.clinicians.get(clinician_id)
    if person is None:
        return []
    rooms = _rooms_of(known, [person]) if in_person else []
    taken = _taken([person], begin=begin, end=end + LONGEST_VISIT, rooms=rooms, patient_id=patient_id)
    modality = "in_person" if in_person else "video"
    found = _of_clinician(known, person, taken=taken, begin=begin, end=end, minutes=minutes, modality=modality)
    nearest = heapq.nsmallest(limit, found, key=lambda slot: abs(slot.starts_at - near))
    return sorted(nearest, key=lambda slot: slot.starts_at)


def _of_clinician(
    known: Calendar,
    person: ClinicianEntry,
    *,
    taken: Taken,
    begin: datetime,
    end: datetime,
    minutes: int,
    modality: str,
    location: str = "",
) -> Iterator[Slot]:
    busy = [*person.leave, *taken.by_clinician.get(person.id, ())]
    sites = {str(site.id): site for site in known.sites.values()}
    licences = _LicenceByDay(person, location=location if modality != "in_person" else "")
    for start in slots.free_starts(person.hours, begin=begin, end=end, busy=busy, minutes=minutes):
        site = sites[start.site]
        if not licences.hold_on(start.starts_at.astimezone(ZoneInfo(site.time_zone)).date()):
            continue
        if modality == "in_person" and not _has_room(site, start, taken=taken):
            continue
        yield Slot(start.starts_at, start.ends_at, person.id, site.id, site.time_zone)


class _LicenceByDay:
    """May this clinician practise there on that day? Asked once a day, not once a start."""

    def __init__(self, person: ClinicianEntry, *, location: str) -> None:
        self._person, self._location = person, location
        self._days: dict[date, bool] = {}

    def hold_on(self, day: date) -> bool:
        if not self._location:
            return True
        if day not in self._days:
            self._days[day] = self._location in self._person.licensed_on(day)
        return self._days[day]


def _has_room(site: calendar.SiteEntry, start: slots.Start, *, taken: Taken) -> bool:
    return any(
        not slots.is_within(taken.by_room.get(room, ()), starts_at=start.starts_at, ends_at=start.ends_at)
        for room in site.rooms
    )


def _taken(
    people: list[ClinicianEntry], *, begin: datetime, end: datetime, rooms: list[UUID], patient_id: UUID | None
) -> Taken:
    """What is taken in [begin, end): one statement. Tuples of ids and times only, of no named patient."""
    clinician_ids = [person.id for person in people]
    whose = Q(clinician_id__in=clinician_ids)
    if rooms:
        whose |= Q(room_id__in=rooms)
    if patient_id is not None:
        whose |= Q(patient_id=patient_id)
    live = Appointment.objects.live().filter(
        whose, starts_at__gte=begin - LONGEST_VISIT, starts_at__lt=end, ends_at__gt=begin
    )
    rows: Iterable[tuple[UUID, UUID, UUID | None, datetime, datetime]] = live.order_by("starts_at").phi_values(
        "clinician_id", "patient_id", "room_id", "starts_at", "ends_at", reason="taken times, shown to nobody"
    )
    by_clinician: dict[UUID, list[slots.Period]] = defaultdict(list)
    by_room: dict[UUID, list[slots.Period]] = defaultdict(list)
    for clinician_id, whose_id, room_id, starts_at, ends_at in rows:
        by_clinician[clinician_id].append((starts_at, ends_at))
        if room_id is not None:
            by_room[room_id].append((starts_at, ends_at))
        if patient_id is not None and whose_id == patient_id:
            for one in clinician_ids:
                by_clinician[one].append((starts_at, ends_at))
    return Taken(by_clinician, by_room)


def _rooms_of(known: Calendar, people: list[ClinicianEntry]) -> list[UUID]:
    """The rooms of every site at which one of these people works."""
    sites = {row.site for person in people for row in person.hours}
    return [room for site in known.sites.values() if str(site.id) in sites for room in site.rooms]


def _length(slug: str, *, modality: str, minutes: int | None) -> int:
    service = catalogue.load().services.get(slug)
    if service is None:
        raise Refusal("unknown_service", _("Choose a service from the list."), field="service")
    if not service.is_patient_facing or (service.minutes is None and minutes is None):
        raise Refusal("not_bookable", _("Our team plans this one with you. Call us."), field="service")
    if modality and modality != "in_person" and modality not in {str(channel) for channel in service.channels}:
        raise Refusal("modality_not_offered", _("This service is not offered that way."), field="modality")
    shortest = service.minutes or minutes or 0
    wanted = minutes or shortest
    if not shortest <= wanted <= max(service.minutes_at_most or shortest, shortest):
        raise Refusal("wrong_length", _("Choose a length that this service has."), field="minutes")
    return wanted


def _midnight(day: date) -> datetime:
    return slots.instant(day, time(0), zone=settings.CLINIC_TIME_ZONE)
