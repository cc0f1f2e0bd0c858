"""Working times, leave, licences and rooms, compiled in the process and kept under one stamp.

They are small and change seldom: kept in memory, a search for free time reads only the stamp and the bookings.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from oncology_clinic.accounts.models import Clinician
from oncology_clinic.errors import Refusal
from oncology_clinic.periods import Period
from visits.models import CalendarRevision, ClinicianHours, ClinicianLeave, PracticeAuthority, Room, Site
from visits.rules import authority, slots


@dataclass(frozen=True, slots=True)
class SiteEntry:
    id: UUID
    code: str
    name: str
    address: str
    phone: str
    state: str
    time_zone: str
    rooms: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class ClinicianEntry:
    """A clinician people can book with. `hours[...].site` is the site's id as text."""

    id: UUID
    name: str
    profession: str
    team: str
    time_zone: str
    hours: tuple[slots.WeeklyHours, ...]
    leave: tuple[slots.Period, ...]
    licences: tuple[authority.Licence, ...]

    def licensed_on(self, on: date, *, is_first_visit: bool = False) -> frozenset[str]:
        """The codes of the states in which this clinician may practise by telehealth on that date."""
        purpose = authority.Purpose.first_visit if is_first_visit else authority.Purpose.follow_up
        return authority.states(self.licences, profession=self.profession, on=on, purpose=purpose)


@dataclass(frozen=True, slots=True)
class Calendar:
    stamp: UUID | None
    sites: dict[UUID, SiteEntry] = field(default_factory=dict)
    clinicians: dict[UUID, ClinicianEntry] = field(default_factory=dict)


_kept = Calendar(stamp=None)


def stamp() -> UUID | None:
    """The stamp of now: one statement. None: nothing was ever set up, keep nothing."""
    found: UUID | None = CalendarRevision.objects.filter(name="calendar").values_list("stamp", flat=True).first()
    return found


def under(stamp: UUID | None) -> Calendar:
    """The calendar of that stamp: from memory, or compiled anew (six statements) when the stamp has moved."""
    global _kept
    kept = _kept
    if stamp is None or kept.stamp != stamp:
        kept = _compile(stamp)
        _kept = kept
    return kept


def current() -> Calendar:
    return under(stamp())


def clinician_of(calendar: Calendar, clinician_id: UUID) -> ClinicianEntry:
    """Raises `unknown_clinician` (422, field `clinician`) for one who is not in the directory or no longer active."""
    found = calendar.clinicians.get(clinician_id)
    if found is None:
        raise Refusal("unknown_clinician", _("Choose a clinician from the list."), field="clinician")
    return found


def _compile(stamp: UUID | None) -> Calendar:
    sites = _sites()
    zones = {site.id: site.time_zone for site in sites.values()}
    hours: dict[UUID, list[slots.WeeklyHours]] = defaultdict(list)
    for row in ClinicianHours.objects.filter(site__is_active=True):
        hours[row.clinician_id].append(
            slots.WeeklyHours(row.weekday, row.starts, row.ends, zones[row.site_id], str(row.site_id))
        )
    leave: dict[UUID, list[slots.Period]] = defaultdict(list)
    for away in ClinicianLeave.objects.all():
        leave[away.clinician_id].append((away.starts_at, away.ends_at))
    licences = _licences()
    clinicians = {
        person.id: ClinicianEntry(
            id=person.id,
            name=person.display_name,
            profession=person.profession,
            team=person.team,
            time_zone=person.time_zone,
            hours=tuple(hours[person.id]),
            leave=tuple(leave[person.id]),
            licences=tuple(licences[person.id]),
        )
        for person in Clinician.objects.filter(is_active=True).order_by("display_name", "id")
    }
    return Calendar(stamp=stamp, sites=sites, clinicians=clinicians)


def _licences() -> dict[UUID, list[authority.Licence]]:
    found: dict[UUID, list[authority.Licence]] = defaultdict(list)
    for row in PracticeAuthority.objects.all():
        found[row.clinician_id].append(
            authority.Licence(
                state=row.jurisdiction,
                profession=row.profession,
                valid=Period.through(row.valid_from, row.valid_to),
                kind=authority.AuthorityKind(row.kind),
                status=authority.AuthorityStatus(row.status),
                scope=authority.Scope(row.scope),
            )
        )
    return found


def _sites() -> dict[UUID, SiteEntry]:
    rooms: dict[UUID, list[UUID]] = defaultdict(list)
    for room in Room.objects.filter(is_active=True):
        rooms[room.site_id].append(room.id)
    return {
        site.id: SiteEntry(
            id=site.id,
            code=site.code,
            name=site.name,
            address=site.address,
            phone=site.phone,
            state=site.state,
            time_zone=site.time_zone,
            rooms=tuple(rooms[site.id]),
        )
        for site in Site.objects.filter(is_active=True)
    }
