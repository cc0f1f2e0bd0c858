"""Controlled substances by telehealth: federal flexibility and state bars, as dated, cited rows.

Source: facts.md 2.4. Ryan Haight Act: one in-person evaluation by the prescriber first, and after
it the federal limit is gone; a temporary extension lifts the limit on the days its row holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oncology_clinic.decisions import Citation
from oncology_clinic.periods import Period
from visits.rules.facts import Schedule
from visits.rules.sources import Sources


@dataclass(frozen=True, slots=True)
class Flexibility:
    """Days on which these schedules need no prior evaluation by audio-video, and when to warn of its end."""

    schedules: frozenset[Schedule]
    period: Period
    source: Citation
    warn_days_before: tuple[int, ...] = ()

    def holds(self, schedule: Schedule, *, on: dt.date) -> bool:
        return schedule in self.schedules and self.period.holds(on)


@dataclass(frozen=True, slots=True)
class StateBar:
    """A state that bars these schedules by telehealth; a prior evaluation does not lift it."""

    state: str
    schedules: frozenset[Schedule]
    period: Period
    source: Citation


@dataclass(frozen=True, slots=True)
class Prescribing:
    """The rows of `prescribing.toml`."""

    flexibilities: tuple[Flexibility, ...]
    state_bars: tuple[StateBar, ...]

    def lifts_federal_limit(self, schedule: Schedule, *, on: dt.date | None) -> bool:
        """True when some extension holds on the day of the visit. A day not chosen yet is never covered."""
        return on is not None and any(row.holds(schedule, on=on) for row in self.flexibilities)

    def bars(self, schedule: Schedule, *, state: str, on: dt.date) -> bool:
        """True when the state bars the schedule by telehealth on that day, as far as our rows know."""
        return any(row.state == state and schedule in row.schedules and row.period.holds(on) for row in self.state_bars)

    def warnings(self, *, on: dt.date) -> tuple[Flexibility, ...]:
        """The extensions whose end is near enough to warn administrators of, on that day."""
        return tuple(row for row in self.flexibilities if _is_ending(row, on=on))


def _is_ending(row: Flexibility, *, on: dt.date) -> bool:
    last_day = row.period.last_day
    return last_day is not None and on <= last_day and (last_day - on).days <= max(row.warn_days_before, default=-1)


def read(
    *,
    flexibilities: Sequence[Mapping[str, Any]],
    state_bars: Sequence[Mapping[str, Any]],
    sources: Sources,
) -> Prescribing:
    """The law from its rows; `KeyError` or `ValueError` names what a row lacks."""
    return Prescribing(
        flexibilities=tuple(
            Flexibility(
                schedules=frozenset(Schedule(one) for one in row["schedules"]),
                period=Period.through(row["from"], row.get("through")),
                source=sources.cite(row["source"], confidence=row["confidence"]),
                warn_days_before=tuple(row.get("warn_days_before", ())),
            )
            for row in flexibilities
        ),
        state_bars=tuple(
            StateBar(
                state=row["state"],
                schedules=frozenset(Schedule(one) for one in row["schedules"]),
                period=Period.through(row["from"], row.get("through")),
                source=sources.cite(row["source"], confidence=row["confidence"]),
            )
            for row in state_bars
        ),
    )
