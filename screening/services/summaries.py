"""The last answers of a patient in words, for the care team's chart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import get_language

from oncology_clinic.actors import Actor
from oncology_clinic.crypto.fields import reveal
from screening import policies, wording
from screening.models import Screen
from screening.rules import instrument
from screening.selectors import screens


@dataclass(frozen=True, slots=True)
class ScreenSummary:
    """A finished screen. `score` and `band` are empty for one that could not be scored; `lines` question and answer."""

    name: str
    score: str
    band: str
    mode: str
    completed_at: datetime
    lines: tuple[tuple[str, str], ...]


def latest(patient_id: UUID, *, actor: Actor, now: datetime, limit: int = 8) -> list[ScreenSummary]:
    """The newest finished screens, newest first. Raises `not_found` (404), `second_factor_needed` (403)."""
    policies.check_can_answer(actor, patient_id=patient_id, now=now)
    return [_in_words(screen) for screen in screens.latest(patient_id, limit=limit)]


def _in_words(screen: Screen) -> ScreenSummary:
    asked = instrument.get(screen.instrument)
    answers: list[int | None] = reveal(screen.answers)
    score: Decimal | None = reveal(screen.score)
    band: str | None = reveal(screen.band)
    language = get_language() or "en"
    assert screen.completed_at is not None  # only finished ones are asked for
    return ScreenSummary(
        name=wording.screen_name(asked.id),
        score="" if score is None else f"{score.normalize():f}",
        band=str(wording.BANDS[band]) if band else "",
        mode=str(screen.get_mode_display()),
        completed_at=screen.completed_at,
        lines=tuple(
            (instrument.words(item.text, language=language), wording.answer_words(asked, answer))
            for item, answer in zip(asked.items, answers, strict=True)
        ),
    )
