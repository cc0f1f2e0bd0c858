"""When a visit's reminders are due, and until when they make sense. Pure.

The offsets and quiet hours are clinic policy; nobody outside sets them. An offset of a day
or more is counted on the patient's wall clock ("the day before, at the same time"), also
across a change of the clocks; a shorter one is counted in real time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
OFFSETS: Mapping[str, tuple[timedelta, ...]] = {
    # Nobody can still set out two hours before.
    "in_person": (timedelta(hours=72), timedelta(hours=24)),
    "video": (timedelta(hours=72), timedelta(hours=24), timedelta(hours=2)),
    "audio": (timedelta(hours=72), timedelta(hours=24), timedelta(hours=2)),
}
QUIET_FROM, QUIET_TO = time(21), time(8)  # at the patient's place
EVENING = time(20)  # where a reminder goes that would otherwise come too shortly before the visit
SHORTEST_NOTICE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Planned:
    """One reminder: `offset` names it, `due_at` and `not_after` are aware; it must not be sent from `not_after` on."""

    offset: timedelta
    due_at: datetime
    not_after: datetime

    @property
    def offset_minutes(self) -> int:
        return int(self.offset.total_seconds() // 60)


def plan(*, starts_at: datetime, modality: str, zone: str, now: datetime) -> tuple[Planned, ...]:
    """The reminders still ahead for a visit, earliest first.

    `starts_at` and `now` are aware, `zone` is the patient's IANA zone. A time in the quiet
    hours moves to their end, or to the evening before where that would be too late. What
    lies in the past is left out; of two that fall together only the later one stays. Each
    may be sent until the next one is due.
    """
    due: list[tuple[datetime, timedelta]] = []
    for offset in OFFSETS.get(modality, ()):
        moment = _waking(before(starts_at, offset=offset, zone=zone), starts_at=starts_at, zone=zone)
        if due and due[-1][0] >= moment:
            due.pop()
        due.append((moment, offset))
    ends = [moment for moment, _ in due[1:]] + [starts_at]
    planned = [Planned(offset, moment, end) for (moment, offset), end in zip(due, ends, strict=False)]
    return tuple(one for one in planned if now < one.due_at < one.not_after)


def before(starts_at: datetime, *, offset: timedelta, zone: str) -> datetime:
    """`offset` before the visit: whole days on the wall clock of `zone`, less than a day in real time."""
    if offset < DAY:
        return starts_at - offset
    return _on_clock(starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - offset, zone=zone)


def is_quiet(moment: datetime, *, zone: str) -> bool:
    """True from nine in the evening until eight in the morning at the patient's place."""
    clock = moment.astimezone(ZoneInfo(zone)).time()
    return clock >= QUIET_FROM or clock < QUIET_TO


def quiet_until(moment: datetime, *, zone: str) -> datetime:
    """The end of the quiet hours that `moment` lies in."""
    local = moment.astimezone(ZoneInfo(zone))
    day = local.date() + DAY if local.time() >= QUIET_FROM else local.date()
    return _on_clock(datetime.combine(day, QUIET_TO), zone=zone)


def _waking(moment: datetime, *, starts_at: datetime, zone: str) -> datetime:
    if not is_quiet(moment, zone=zone):
        return moment
    later = quiet_until(moment, zone=zone)
    if later <= starts_at - SHORTEST_NOTICE:
        return later
    local = moment.astimezone(ZoneInfo(zone))
    day = local.date() if local.time() >= QUIET_FROM else local.date() - DAY
    return _on_clock(datetime.combine(day, EVENING), zone=zone)


def _on_clock(naive: datetime, *, zone: str) -> datetime:
    """A wall-clock time as an instant in UTC; a time the clocks skip becomes the one an hour later."""
    utc = ZoneInfo("UTC")
    return naive.replace(tzinfo=ZoneInfo(zone)).astimezone(utc)
