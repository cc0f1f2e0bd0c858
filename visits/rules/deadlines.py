"""The two clocks of the clinic: expert review and good faith estimates (contract.md, "deadlines").

Sources: facts.md 6 (two business days, 17:00 cut-off: clinic policy) and 4.8 (No Surprises Act).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum

from oncology_clinic.calendars import FEDERAL, FIRST_YEAR, LAST_YEAR, BusinessCalendar
from oncology_clinic.decisions import Malformed
from visits.rules.reading import Reader

CUT_OFF = dt.time(17, 0)  # the clinic's own clock; at the cut-off is too late
REVIEW_BUSINESS_DAYS = 2
LONG_NOTICE, SHORT_NOTICE = 10, 3  # business days booked ahead
DUE_AFTER_LONG_NOTICE, DUE_AFTER_SHORT_NOTICE, DUE_AFTER_ASKING = 3, 1, 3


class Kind(StrEnum):
    expert_review = "expert_review"
    good_faith_estimate = "good_faith_estimate"


def expert_review(submitted: dt.datetime, *, calendar: BusinessCalendar = FEDERAL) -> tuple[dt.date, dt.date]:
    """(received, due) of a review submitted at a local time: two business days after the day it counts as received."""
    is_late = submitted.time() >= CUT_OFF
    received = calendar.on_or_after(submitted.date() + dt.timedelta(days=is_late))
    return received, calendar.add(received, business_days=REVIEW_BUSINESS_DAYS)


def estimate_for_booking(
    scheduled: dt.date, *, service: dt.date, calendar: BusinessCalendar = FEDERAL
) -> tuple[int, dt.date | None]:
    """(business days ahead, due) of the estimate for a booked service; due None: none unless asked."""
    ahead = calendar.count(after=scheduled, through=service)
    if ahead < SHORT_NOTICE:
        return ahead, None
    days = DUE_AFTER_LONG_NOTICE if ahead >= LONG_NOTICE else DUE_AFTER_SHORT_NOTICE
    return ahead, calendar.add(scheduled, business_days=days)


def estimate_when_asked(requested: dt.date, *, calendar: BusinessCalendar = FEDERAL) -> dt.date:
    """The day by which an estimate is due to somebody who asked; any question about cost counts as asking."""
    return calendar.add(requested, business_days=DUE_AFTER_ASKING)


def decide(situation: dict[str, object], *, rules: Sequence[object] | None = None) -> dict[str, object]:
    """Answer one situation. `rules` are dates the administrator adds to the holidays, as text.

    Raises `Malformed` on an unknown kind or key, a missing date or one that cannot be.
    """
    calendar = FEDERAL if rules is None else BusinessCalendar.with_closures(_closure(one) for one in rules)
    reader = Reader(situation)
    reader.required("kind")
    if reader.word("kind", Kind) is Kind.expert_review:
        return _decide_review(reader, calendar=calendar)
    return _decide_estimate(reader, calendar=calendar)


def _decide_review(reader: Reader, *, calendar: BusinessCalendar) -> dict[str, object]:
    reader.required("submitted")
    submitted = reader.local_time("submitted")
    reader.close()
    assert submitted is not None
    _check_year(submitted)
    received, due = expert_review(submitted, calendar=calendar)
    return {"received": received.isoformat(), "due": due.isoformat()}


def _decide_estimate(reader: Reader, *, calendar: BusinessCalendar) -> dict[str, object]:
    """Both clocks may run at once (booked, then asked): the earlier day is due."""
    if "requested" not in reader or "scheduled" in reader or "service" in reader:
        reader.required("scheduled")
        reader.required("service")
    scheduled, service, requested = reader.date("scheduled"), reader.date("service"), reader.date("requested")
    reader.close()
    _check_year(scheduled, service, requested)
    answer: dict[str, object] = {}
    due_days = [] if requested is None else [estimate_when_asked(requested, calendar=calendar)]
    if scheduled and service:
        if service < scheduled:
            raise Malformed("wrong_value", "service must not be before scheduled.")
        answer["business_days_ahead"], due = estimate_for_booking(scheduled, service=service, calendar=calendar)
        due_days += [due] if due else []
    return answer | {"due": min(due_days).isoformat() if due_days else None}


def _check_year(*days: dt.date | None) -> None:
    if any(day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR for day in days):
        raise Malformed("wrong_value", f"Dates must be in the years {FIRST_YEAR} to {LAST_YEAR}.")


def _closure(raw: object) -> dt.date:
    try:
        return dt.date.fromisoformat(raw if isinstance(raw, str) else "")
    except ValueError:
        raise Malformed("malformed_rules", "Added days must be a list of dates like 2026-12-24.") from None
