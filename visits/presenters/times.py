"""Times in words: "10:30 am, Ohio time", and the patient's own zone beside it when it differs."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _

from oncology_clinic.accounts.places import STATES, TIME_ZONES
from visits.selectors.calendar import SiteEntry


def clock(moment: datetime, *, zone: str) -> str:
    """`10:30 am`, in that zone; noon and midnight as numbers."""
    local = moment.astimezone(ZoneInfo(zone))
    hour = local.hour % 12 or 12
    half = _("am") if local.hour < 12 else _("pm")
    return f"{hour}:{local.minute:02d} {half}"


def day(moment: datetime, *, zone: str) -> str:
    """`Monday, November 23, 2026`, in the language of the page."""
    return day_of(moment.astimezone(ZoneInfo(zone)).date())


def day_of(one: date) -> str:
    return str(formats.date_format(one, _("l, F j, Y")))


def brief_day(one: date) -> str:
    """`Mon, Nov 23`: for staff's lists."""
    return str(formats.date_format(one, _("D, M j")))


def brief(moment: datetime, *, zone: str) -> str:
    """`Mon, Nov 23, 10:30 am`, in that zone."""
    words = {"day": brief_day(moment.astimezone(ZoneInfo(zone)).date()), "time": clock(moment, zone=zone)}
    return _("%(day)s, %(time)s") % words


def at_site(moment: datetime, *, site: SiteEntry) -> str:
    """`10:30 am, Ohio time`."""
    words = {"time": clock(moment, zone=site.time_zone), "place": STATES.get(site.state, site.state)}
    return _("%(time)s, %(place)s time") % words


def for_patient(moment: datetime, *, site: SiteEntry, patient_zone: str) -> str:
    """The clinic's time; where the patient's clock shows another, that too: `10:30 am, Ohio time (9:30 am your time)`."""
    at_clinic = at_site(moment, site=site)
    if not differs(moment, one=site.time_zone, other=patient_zone):
        return at_clinic
    zone = zone_name(patient_zone).replace(" (", ", ").rstrip(")")  # it stands in brackets already
    words = {"clinic": at_clinic, "own": clock(moment, zone=patient_zone), "zone": zone}
    return _("%(clinic)s (%(own)s your time, %(zone)s)") % words


def differs(moment: datetime, *, one: str, other: str) -> bool:
    """True when the two clocks show different times at that moment."""
    return moment.astimezone(ZoneInfo(one)).utcoffset() != moment.astimezone(ZoneInfo(other)).utcoffset()


def zone_name(zone: str) -> str:
    """`Central (Chicago)`; a zone nobody named: its city."""
    return str(TIME_ZONES.get(zone, zone.rpartition("/")[2].replace("_", " ")))
