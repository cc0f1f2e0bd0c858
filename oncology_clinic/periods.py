"""Half-open periods of days: from the first day that counts up to, but not including, `ends_before`.

Plain Python. People and law write the last day that counts: `Period.through` takes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Period:
    """`[starts_on, ends_before)`. None is open: since ever, or without an end."""

    starts_on: date | None = None
    ends_before: date | None = None

    def __post_init__(self) -> None:
        if self.starts_on and self.ends_before and self.ends_before < self.starts_on:
            raise ValueError("A period cannot end before it starts.")

    @classmethod
    def through(cls, starts_on: date | None, last_day: date | None) -> Period:
        """The period as law writes it, whose `last_day` still counts (None: open-ended)."""
        if last_day is None or last_day == date.max:
            return cls(starts_on, None)
        return cls(starts_on, last_day + timedelta(days=1))

    @property
    def last_day(self) -> date | None:
        """The last day that counts, for people; None when open-ended."""
        return self.ends_before - timedelta(days=1) if self.ends_before else None

    def holds(self, day: date) -> bool:
        """True when the day is inside."""
        has_begun = self.starts_on is None or self.starts_on <= day
        return has_begun and (self.ends_before is None or day < self.ends_before)

    def overlaps(self, other: Period) -> bool:
        """True when some day is inside both."""
        return _before(self.starts_on, other.ends_before) and _before(other.starts_on, self.ends_before)


def _before(start: date | None, end: date | None) -> bool:
    return start is None or end is None or start < end
