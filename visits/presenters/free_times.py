"""Free times as a page shows them: day links, and the times of one day, morning and afternoon."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from oncology_clinic.accounts.places import STATES
from visits.presenters import times
from visits.selectors.slots import Slot
from visits.services.offering import Times

Address = Callable[[dict[str, str]], str]


def days(found: Times, *, address: Address) -> list[dict[str, Any]]:
    """A link a day; `address` makes one out of its query."""
    kept = {"from": found.first_day.isoformat()}
    return [
        {
            "weekday": formats.date_format(day, "D"),
            "date": formats.date_format(day, _("M j")),
            "count": ngettext("%(count)d time", "%(count)d times", len(slots)) % {"count": len(slots)},
            "href": address({**kept, "day": day.isoformat()}),
            "is_current": day == found.day,
        }
        for day, slots in found.days.items()
    ]


def groups(
    found: Times,
    *,
    value: Callable[[Slot], str],
    patient_zone: str,
    chosen: tuple[datetime | None, UUID | None] = (None, None),
    first_is_chosen: bool = False,
) -> list[dict[str, Any]]:
    """The times of the day shown: morning, afternoon, evening. A hint tells the patient's own clock, or the clinician."""
    slots = found.days.get(found.day, []) if found.day else []
    names = len({slot.clinician_id for slot in slots}) > 1
    picked = next((one for one in slots if (one.starts_at, one.clinician_id) == chosen), None)
    if picked is None and first_is_chosen and slots:
        picked = slots[0]
    by_part: dict[str, list[dict[str, Any]]] = {}
    for slot in slots:
        by_part.setdefault(_part(slot), []).append(
            {
                "value": value(slot),
                "label": times.clock(slot.starts_at, zone=slot.zone),
                "hint": _hint(slot, found=found, patient_zone=patient_zone, with_name=names),
                "is_checked": slot is picked,
            }
        )
    return [{"heading": part, "slots": group} for part, group in by_part.items()]


def _part(slot: Slot) -> str:
    hour = slot.starts_at.astimezone(ZoneInfo(slot.zone)).hour
    return _("Morning") if hour < 12 else _("Afternoon") if hour < 17 else _("Evening")


def _hint(slot: Slot, *, found: Times, patient_zone: str, with_name: bool) -> str:
    said = []
    if times.differs(slot.starts_at, one=slot.zone, other=patient_zone):
        said.append(_("%(time)s for you") % {"time": times.clock(slot.starts_at, zone=patient_zone)})
    if with_name and slot.clinician_id in found.calendar.clinicians:
        said.append(found.calendar.clinicians[slot.clinician_id].name)
    return ", ".join(said)


def zone_words(found: Times, *, patient_zone: str) -> str:
    """`Times are in Ohio time (Eastern).`, and that the patient's own stand beside them where they differ."""
    first = next((slots[0] for slots in found.days.values()), None)
    if first is None:
        return ""
    site = found.calendar.sites.get(first.site_id)
    place = STATES.get(site.state, site.state) if site else ""
    words = {"place": place, "zone": zone_short(first.zone)}
    said = _("Times are in %(place)s time (%(zone)s).") % words
    if times.differs(first.starts_at, one=first.zone, other=patient_zone):
        own = _("Your own time (%(zone)s) stands below each one.") % {"zone": zone_short(patient_zone)}
        said = f"{said} {own}"
    return said


def pager(found: Times, *, address: Address, today: date) -> dict[str, str]:
    """Later days, and back to the first ones."""
    after = found.last_day + timedelta(days=1)
    shown = {"next": address({"from": after.isoformat()})}
    if found.first_day > today:
        shown["previous"] = address({})
    return shown


def zone_short(zone: str) -> str:
    """`Central`, out of `Central (Chicago)`."""
    return times.zone_name(zone).partition(" (")[0]


def own_clock(moment: datetime, *, zone: str, patient_zone: str) -> str:
    """`9:00 am your time (Central)`; nothing where both clocks show the same."""
    if not times.differs(moment, one=zone, other=patient_zone):
        return ""
    words = {"time": times.clock(moment, zone=patient_zone), "zone": zone_short(patient_zone)}
    return _("%(time)s your time (%(zone)s)") % words
