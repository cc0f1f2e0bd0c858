"""Business days: Monday to Friday except US federal holidays and the days the clinic adds.

Source: 5 USC 6103 (eleven holidays; Saturday moves to the Friday before, Sunday to the
Monday after), from the `holidays` package, which knows the next 1 January observed on
31 December. One-off closures are not law and must be added by an administrator.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import holidays

FIRST_YEAR, LAST_YEAR = 2000, 2100  # what we vouch for: outside, the law of holidays is a guess
_DAY = timedelta(days=1)
_SATURDAY = 5
_federal = holidays.country_holidays("US", years=range(FIRST_YEAR, LAST_YEAR + 2))


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """A clinic's working days. `closed_on` are the days added to the federal holidays."""

    closed_on: frozenset[date] = frozenset()

    @classmethod
    def with_closures(cls, days: Iterable[date]) -> BusinessCalendar:
        return cls(closed_on=frozenset(days))

    def is_business_day(self, day: date) -> bool:
        return day.weekday() < _SATURDAY and day not in self.closed_on and day not in _federal

    def on_or_after(self, day: date) -> date:
        """The day itself when it is a business day, else the next one."""
        while not self.is_business_day(day):
            day += _DAY
        return day

    def add(self, day: date, *, business_days: int) -> date:
        """The date that many business days later; counting begins on the next day. 0 gives the day itself."""
        for _ in range(business_days):
            day = self.on_or_after(day + _DAY)
        return day

    def count(self, *, after: date, through: date) -> int:
        """How many business days lie after one date, up to and including another."""
        span = (through - after).days
        return sum(self.is_business_day(after + n * _DAY) for n in range(1, span + 1))


FEDERAL = BusinessCalendar()
