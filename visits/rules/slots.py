"""Free time: weekly hours, less leave, less what is taken, cut into starts. Pure; days of 23 and 25 hours come out right.

Local times are turned into instants first and all arithmetic is done on instants (UTC), so that a day on which the
clocks change simply has an hour less or more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

STEP_MINUTES = 15  # clinic policy: visits begin on the quarter hour, counted from the opening

Period = tuple[datetime, datetime]  # half-open [from, to), aware


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """A stretch of work each week: `weekday` as `date.weekday()`, local times of `zone`; `site` names the place."""

    weekday: int
    starts: time
    ends: time
    zone: str
    site: str


@dataclass(frozen=True, slots=True)
class OpenPeriod:
    """One stretch of work on one day, as instants."""

    starts_at: datetime
    ends_at: datetime
    site: str


@dataclass(frozen=True, slots=True)
class Start:
    """A free start of a visit at a site, as instants in UTC."""

    starts_at: datetime
    ends_at: datetime
    site: str


def exists_locally(day: date, at: time, *, zone: str) -> bool:
    """False for a local time that the clocks skip on that day (02:30 when summer time begins)."""
    local = datetime.combine(day, at, tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime.combine(day, at)


def instant(day: date, at: time, *, zone: str) -> datetime:
    """The instant of a local time. A skipped time gives the moment as far after the gap as it lay in it."""
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def open_periods(hours: Iterable[WeeklyHours], *, begin: datetime, end: datetime) -> list[OpenPeriod]:
    """The stretches of work that touch [begin, end), in time order, not cut at its edges."""
    found = []
    for row in hours:
        zone = ZoneInfo(row.zone)
        day = begin.astimezone(zone).date()
        day += timedelta(days=(row.weekday - day.weekday()) % 7)
        last = end.astimezone(zone).date()
        while day <= last:
            period = OpenPeriod(
                instant(day, row.starts, zone=row.zone), instant(day, row.ends, zone=row.zone), row.site
            )
            if period.starts_at < end and period.ends_at > begin and period.starts_at < period.ends_at:
                found.append(period)
            day += timedelta(days=7)
    return sorted(found, key=lambda period: (period.starts_at, period.site))


def merged(periods: Iterable[Period]) -> list[Period]:
    """The same time as sorted periods that neither touch nor overlap."""
    out: list[Period] = []
    for begin, end in sorted(periods):
        if out and begin <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((begin, end))
    return out


def _on_grid(at: datetime, *, opens: datetime, step: timedelta) -> datetime:
    """The first start of the grid, counted from the opening, that is not before `at`."""
    if at <= opens:
        return opens
    return opens - ((opens - at) // step) * step  # floor division of a negative: rounds up


def free_starts(
    hours: Iterable[WeeklyHours],
    *,
    begin: datetime,
    end: datetime,
    busy: Iterable[Period],
    minutes: int,
    step_minutes: int = STEP_MINUTES,
) -> Iterator[Start]:
    """Every start in [begin, end) at which `minutes` are free, in time order: one sweep over sorted periods.

    `busy` holds bookings and leave, in any order, overlapping as they may. `begin`, `end` are aware.
    """
    taken, length, step = merged(busy), timedelta(minutes=minutes), timedelta(minutes=step_minutes)
    for period in open_periods(hours, begin=begin, end=end):
        index = 0 if not taken else _first_ending_after(taken, period.starts_at)
        at = _on_grid(begin, opens=period.starts_at, step=step)
        while at + length <= period.ends_at and at < end:
            while index < len(taken) and taken[index][1] <= at:
                index += 1
            if index < len(taken) and taken[index][0] < at + length:
                at = _on_grid(taken[index][1], opens=period.starts_at, step=step)
                continue
            yield Start(at, at + length, period.site)
            at += step


def _first_ending_after(taken: Sequence[Period], at: datetime) -> int:
    low, high = 0, len(taken)
    while low < high:
        middle = (low + high) // 2
        if taken[middle][1] <= at:
            low = middle + 1
        else:
            high = middle
    return low


def start_at(
    hours: Iterable[WeeklyHours], *, starts_at: datetime, minutes: int, step_minutes: int = STEP_MINUTES
) -> Start | None:
    """The working time that begins exactly then and is long enough, whether taken or not; None: not a time we offer."""
    found = free_starts(
        hours,
        begin=starts_at,
        end=starts_at + timedelta(microseconds=1),
        busy=(),
        minutes=minutes,
        step_minutes=step_minutes,
    )
    return next((start for start in found if start.starts_at == starts_at), None)


def is_within(periods: Iterable[Period], *, starts_at: datetime, ends_at: datetime) -> bool:
    """True when [starts_at, ends_at) touches any of the periods."""
    return any(begin < ends_at and end > starts_at for begin, end in periods)
