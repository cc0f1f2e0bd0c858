"""By when a person must have looked: clinic hours and business days, as clinic policy.

`urgent`: before the clinic closes today; asked after closing, by 10 am of the next clinic day.
`soon`: within one clinic day. `routine`: before the second clinic day from now closes.
An emergency answer: within fifteen minutes, whatever the hour (the on-call list).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from oncology_clinic.calendars import FEDERAL, BusinessCalendar
from screening.rules.flags import Severity

EMERGENCY_MINUTES = 15


@dataclass(frozen=True, slots=True)
class Hours:
    """When the nurses' queue is read, in the clinic's own zone."""

    zone: ZoneInfo
    opens: time = time(8)
    urgent_by: time = time(10)  # for what came in after closing
    closes: time = time(17)
    calendar: BusinessCalendar = FEDERAL

    def at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, tzinfo=self.zone)


def due_at(severity: Severity, *, now: datetime, hours: Hours) -> datetime:
    """The aware time, in the clinic's zone, by which an alert of this severity must be acknowledged."""
    local = now.astimezone(hours.zone)
    is_open_today = hours.calendar.is_business_day(local.date()) and local.time() < hours.closes
    today = hours.calendar.on_or_after(local.date() if is_open_today else local.date() + timedelta(days=1))
    is_before_opening = not is_open_today or local.time() < hours.opens
    next_day = hours.calendar.add(today, business_days=1)
    if severity is Severity.urgent:
        return hours.at(today, hours.closes if is_open_today else hours.urgent_by)
    if severity is Severity.soon:
        return hours.at(today, hours.closes) if is_before_opening else hours.at(next_day, local.time())
    return hours.at(next_day, hours.closes)


def emergency_due_at(*, now: datetime) -> datetime:
    return now + timedelta(minutes=EMERGENCY_MINUTES)
