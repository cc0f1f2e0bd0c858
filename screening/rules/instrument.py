"""Instruments as data: what is asked, what may be answered, how it is scored and what follows.

Each is one file in `screening/instruments/`, read once. An unknown key in a file stops
the load: a misspelt threshold must never be ignored.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from oncology_clinic.decisions import Citation, Confidence, Malformed

FOLDER = Path(__file__).resolve().parents[1] / "instruments"

Words = Mapping[str, str]  # language code -> text


class Action(StrEnum):
    """What a score or an answer asks of the clinic."""

    ask_again = "ask_again"
    complete_missing = "complete_missing"
    pain_plan_of_care = "pain_plan_of_care"
    same_day_in_person = "same_day_in_person"
    clinician_contact_24h = "clinician_contact_24h"
    meaningful_improvement = "meaningful_improvement"
    administer_phq9 = "administer_phq9"
    administer_gad7 = "administer_gad7"
    psychosocial_referral = "psychosocial_referral"
    psychosocial_review = "psychosocial_review"
    mental_health_referral = "mental_health_referral"
    mental_health_referral_urgent = "mental_health_referral_urgent"
    suicide_risk_assessment_same_day = "suicide_risk_assessment_same_day"
    ask_item9_same_day = "ask_item9_same_day"
    review_at_visit = "review_at_visit"
    caregiver_check_in = "caregiver_check_in"
    caregiver_support_referral = "caregiver_support_referral"


class Trigger(StrEnum):
    """What a rule of action looks at."""

    item = "item"  # one answer
    item_missing = "item_missing"  # one answer that was not given
    any_item = "any_item"  # the highest answer
    part = "part"  # a subscore
    band = "band"  # a named band
    score = "score"  # the total
    improvement = "improvement"  # the drop from the baseline, in percent


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `text` is empty where the clinic supplies it; `optional` items stay out of totals."""

    code: str
    text: Words = field(default_factory=dict)
    hint: Words = field(default_factory=dict)
    loinc: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    value: int
    text: Words = field(default_factory=dict)
    loinc: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """Scores from `start` up, until the next band of the same scale begins."""

    start: int
    name: str
    scale: str = "band"


@dataclass(frozen=True, slots=True)
class Part:
    """A subscore: the sum of these items, when all of them are answered."""

    name: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scoring:
    """`rule` is `value`, `sum` or `mean_one_decimal`. Up to `max_missing` blanks are prorated."""

    rule: str
    missing: Action
    max_missing: int = 0
    positive_item: int | None = None
    positive_band: str = ""
    band_each_item: bool = False


@dataclass(frozen=True, slots=True)
class ActionRule:
    """`do` when what `on` names reaches `at_least`. Of the rules of one `step` only the first that holds acts."""

    do: Action
    on: Trigger
    at_least: int = 0
    item: str = ""
    part: str = ""
    band: str = ""
    scale: str = "band"
    percent: int = 0
    needs: str = ""
    rise: int = 0
    step: str = ""


@dataclass(frozen=True, slots=True)
class Instrument:
    id: str
    version: str
    name: Words
    enabled: bool
    text_source: str  # shipped, clinic_supplied
    licence: str
    recall: Words
    items: tuple[Item, ...]
    options: tuple[Option, ...]
    scoring: Scoring
    bands: tuple[Band, ...]
    parts: tuple[Part, ...]
    actions: tuple[ActionRule, ...]
    sources: tuple[Citation, ...]
    stem: Words = field(default_factory=dict)
    lowest_text: Words = field(default_factory=dict)
    highest_text: Words = field(default_factory=dict)
    is_scale: bool = False
    items_per_page: int = 1
    loinc: Mapping[str, str] = field(default_factory=dict)
    translation: Mapping[str, str] = field(default_factory=dict)

    @property
    def required(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if not item.optional)

    @property
    def values(self) -> frozenset[int]:
        return frozenset(option.value for option in self.options)

    @property
    def has_text(self) -> bool:
        return all(item.text for item in self.required)

    def position(self, code: str) -> int:
        return next(index for index, item in enumerate(self.items) if item.code == code)

    def band_of(self, score: Any, *, scale: str = "band") -> str | None:
        """The name of the band a number falls in; None where the instrument has no bands."""
        reached = [band.name for band in self.bands if band.scale == scale and band.start <= score]
        return reached[-1] if reached else None

    @property
    def scales(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(band.scale for band in self.bands))


@cache
def catalogue() -> Mapping[str, Instrument]:
    """All shipped instruments by id."""
    found = (_read(path) for path in sorted(FOLDER.glob("*.toml")))
    return {instrument.id: instrument for instrument in found}


def get(instrument_id: object) -> Instrument:
    """One instrument. Raises `Malformed("unknown_instrument")`."""
    known = catalogue()
    if not isinstance(instrument_id, str) or instrument_id not in known:
        raise Malformed("unknown_instrument", f"instrument must be one of: {', '.join(sorted(known))}.")
    return known[instrument_id]


def words(texts: Words, *, language: str) -> str:
    """The text in this language, else in English; empty where there is none."""
    return texts.get(language[:2]) or texts.get("en", "")


def _read(path: Path) -> Instrument:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    if raw["id"] != path.stem:
        raise ValueError(f"{path.name}: the file is named for its id")
    scale = raw.pop("scale", None)
    plain = {
        "items": tuple(Item(**item) for item in raw.pop("items")),
        "options": _options(raw.pop("options", None), scale),
        "scoring": _scoring(raw.pop("scoring")),
        "bands": tuple(Band(start=band.pop("from"), **band) for band in raw.pop("bands", [])),
        "parts": tuple(Part(name=part["name"], items=tuple(part["items"])) for part in raw.pop("parts", [])),
        "actions": tuple(_action(rule) for rule in raw.pop("actions", [])),
        "sources": tuple(_source(source) for source in raw.pop("sources")),
        "is_scale": scale is not None,
        "lowest_text": (scale or {}).get("lowest_text", {}),
        "highest_text": (scale or {}).get("highest_text", {}),
    }
    return Instrument(**plain, **raw)


def _options(listed: list[dict[str, Any]] | None, scale: dict[str, Any] | None) -> tuple[Option, ...]:
    if scale is not None:
        return tuple(Option(value) for value in range(scale["lowest"], scale["highest"] + 1))
    return tuple(Option(**option) for option in listed or [])


def _scoring(raw: dict[str, Any]) -> Scoring:
    return Scoring(missing=Action(raw.pop("missing")), **raw)


def _action(raw: dict[str, Any]) -> ActionRule:
    return ActionRule(do=Action(raw.pop("do")), on=Trigger(raw.pop("on")), **raw)


def _source(raw: dict[str, Any]) -> Citation:
    read_on: date = raw.pop("read_on")
    return Citation(read_on=read_on, confidence=Confidence(raw.pop("confidence")), **raw)
