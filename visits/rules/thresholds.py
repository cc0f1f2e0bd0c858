"""The clinical limits of routing: dated, cited numbers of `thresholds.toml`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from oncology_clinic.decisions import Citation
from visits.rules.sources import Sources


@dataclass(frozen=True, slots=True)
class Limit:
    """One number, the day since which it holds here, and where it comes from."""

    value: float
    since: dt.date
    source: Citation
    note: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise ValueError("the value of a limit must be a number")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Degrees Celsius, days, cells per microlitre, points of pain from 0 to 10, counts."""

    fever_c: Limit
    recent_therapy_days: Limit
    low_anc: Limit
    severe_pain: Limit
    pain_rise: Limit
    moderate_pain: Limit
    audio_pain_limit: Limit
    ambers_make_red: Limit
    item9: Limit
    exam_days_iv: Limit
    exam_days_oral: Limit


def read(rows: Mapping[str, Mapping[str, Any]], *, sources: Sources) -> Thresholds:
    """The limits from their rows; `TypeError` on a limit that is missing or that no rule asks for."""
    return Thresholds(
        **{
            name: Limit(
                value=row["value"],
                since=row["since"],
                source=sources.cite(row["source"], confidence=row["confidence"]),
                note=row.get("note", ""),
            )
            for name, row in rows.items()
        }
    )
