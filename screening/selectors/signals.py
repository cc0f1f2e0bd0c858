"""The last screens of one patient, as routing needs them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from oncology_clinic.crypto.fields import reveal
from screening.models import Screen
from screening.rules import instrument

PAIN, PHQ9 = "nrs-pain", "phq9"
ITEM_9 = "better_off_dead"


@dataclass(frozen=True, slots=True)
class ScreenSignals:
    """None is "not known", never 0. `pain_baseline` is the pain recorded before `pain_now`; `pain_at` is aware, UTC.

    How old a value may be is the asker's rule.
    """

    pain_now: int | None = None
    pain_baseline: int | None = None
    pain_at: datetime | None = None
    phq9_item9: int | None = None
    phq9_at: datetime | None = None


def signals(patient_id: UUID, *, now: datetime) -> ScreenSignals:
    """The two last pain scores and the last answer to item 9 of PHQ-9, up to `now`. One statement."""
    latest: dict[str, list[Screen]] = {PAIN: [], PHQ9: []}
    for screen in _latest(patient_id, now=now):
        latest[screen.instrument].append(screen)
    pains, moods = latest[PAIN], latest[PHQ9][:1]
    return ScreenSignals(
        pain_now=_score(pains[0]) if pains else None,
        pain_baseline=_score(pains[1]) if len(pains) > 1 else None,
        pain_at=pains[0].completed_at if pains else None,
        phq9_item9=_item9(moods[0]) if moods else None,
        phq9_at=moods[0].completed_at if moods else None,
    )


def last_score(patient_id: UUID, *, instrument_id: str, now: datetime, apart_from: UUID) -> Decimal | None:
    """The score before this screen: the baseline a rise or an improvement is judged by. One statement."""
    before = Screen.objects.filter(patient_id=patient_id, instrument=instrument_id).exclude(id=apart_from)
    found = before.scored(now=now).order_by("-completed_at", "-id").first()
    return None if found is None else Decimal(reveal(found.score))


def _latest(patient_id: UUID, *, now: datetime) -> list[Screen]:
    place = Window(RowNumber(), partition_by=F("instrument"), order_by=[F("completed_at").desc(), F("id").desc()])
    asked = Screen.objects.filter(patient_id=patient_id, instrument__in=(PAIN, PHQ9), completed_at__lte=now)
    # A mood screen counts though its total could not be scored: its ninth answer stands by itself.
    usable = asked.filter(instrument=PHQ9) | asked.filter(score__isnull=False)
    return list(usable.annotate(place=place).filter(place__lte=2).order_by("instrument", "place"))


def _score(screen: Screen) -> int:
    return int(reveal(screen.score))


def _item9(screen: Screen) -> int | None:
    answers: list[int | None] = reveal(screen.answers)
    return answers[instrument.get(PHQ9).position(ITEM_9)]
