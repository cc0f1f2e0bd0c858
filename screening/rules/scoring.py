"""From answers to numbers: totals, subscores, prorating and bands. A missing answer is never counted as 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from screening.rules.instrument import Instrument

NOT_SCORED = "not_scored"

Answers = Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Score:
    """`total` is None when it cannot be scored. `bands` holds one name a scale (None: no bands exist)."""

    total: int | Decimal | None
    bands: Mapping[str, str | None]
    parts: Mapping[str, int | None]
    item_bands: tuple[str | None, ...]
    is_prorated: bool = False
    has_positive_item: bool = False
    missing: int = 0

    @property
    def is_complete(self) -> bool:
        """False when somebody must ask again for what was left out."""
        return self.total is not None or self.has_positive_item


def problem(instrument: Instrument, answers: Sequence[object]) -> str | None:
    """`wrong_length` or `out_of_range`, in this order; None when the answers can be read."""
    if not len(instrument.required) <= len(answers) <= len(instrument.items):
        return "wrong_length"
    if all(answer is None or is_option(instrument, answer) for answer in answers):
        return None
    return "out_of_range"


def is_option(instrument: Instrument, answer: object) -> bool:
    """A whole number that is offered. True and False are numbers to Python, and no answers here."""
    return type(answer) is int and answer in instrument.values


def score(instrument: Instrument, answers: Answers) -> Score:
    """Score readable answers (see `problem`), in item order; None is an answer that was not given.

    Total: the value, the sum, or the mean to one decimal; half rounds up. Prorating (where the
    instrument allows it): mean of the answered times the number of items, half up.
    """
    required = [answer for item, answer in zip(instrument.items, answers, strict=False) if not item.optional]
    given = [answer for answer in required if answer is not None]
    missing = len(required) - len(given)
    total = _total(instrument, given, missing)
    positive = instrument.scoring.positive_item
    has_positive_item = positive is not None and any(answer >= positive for answer in given)
    return Score(
        total=total,
        bands={scale: _band(instrument, scale, total, has_positive_item) for scale in instrument.scales or ("band",)},
        parts={part.name: _part(instrument, part.items, answers) for part in instrument.parts},
        item_bands=tuple(None if answer is None else instrument.band_of(answer) for answer in answers),
        is_prorated=total is not None and missing > 0,
        has_positive_item=has_positive_item,
        missing=missing,
    )


def _total(instrument: Instrument, given: Sequence[int], missing: int) -> int | Decimal | None:
    if missing > instrument.scoring.max_missing or not given:
        return None
    count = len(given) + missing
    if instrument.scoring.rule == "mean_one_decimal":
        return half_up(Fraction(sum(given), len(given)), places=1)
    return int(half_up(Fraction(sum(given) * count, len(given)), places=0))


def half_up(value: Fraction, *, places: int) -> Decimal:
    """Exact, half goes up: 4.5 is 5, where Python's own `round` says 4."""
    shifted = value * 10**places + Fraction(1, 2)
    return Decimal(shifted.numerator // shifted.denominator).scaleb(-places)


def _band(instrument: Instrument, scale: str, total: int | Decimal | None, has_positive_item: bool) -> str | None:
    if has_positive_item:
        return instrument.scoring.positive_band
    return NOT_SCORED if total is None else instrument.band_of(total, scale=scale)


def _part(instrument: Instrument, codes: Sequence[str], answers: Answers) -> int | None:
    given = [answers[instrument.position(code)] for code in codes]
    return None if any(answer is None for answer in given) else sum(answer or 0 for answer in given)
