"""Is an in-person examination due by the day of the visit? (facts.md 1.4: defaults are clinic policy)"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from visits.rules.thresholds import Thresholds


class Therapy(StrEnum):
    """What the patient is being treated with."""

    starting = "starting"  # before the first systemic therapy
    iv = "iv"
    oral = "oral"
    surveillance = "surveillance"
    none = "none"


def exam_due(
    *,
    therapy: Therapy,
    last_exam_on: dt.date | None,
    visit_on: dt.date,
    limits: Thresholds,
    plan_interval_days: int | None = None,
) -> bool:
    """True when the last examination in person is older, on the day of the visit, than the therapy allows.

    Before the first systemic therapy one must be on file. On therapy, a patient never examined is due.
    In surveillance the plan's own interval counts (None: the plan asks for none).
    """
    if last_exam_on is not None and last_exam_on > visit_on:
        last_exam_on = None  # still to come: nothing has been examined yet
    if therapy is Therapy.starting:
        return last_exam_on is None
    days = _interval(therapy, limits=limits, plan_interval_days=plan_interval_days)
    if days is None:
        return False
    return last_exam_on is None or (visit_on - last_exam_on).days > days


def _interval(therapy: Therapy, *, limits: Thresholds, plan_interval_days: int | None) -> float | None:
    if therapy is Therapy.iv:
        return limits.exam_days_iv.value
    if therapy is Therapy.oral:
        return limits.exam_days_oral.value
    return plan_interval_days if therapy is Therapy.surveillance else None
