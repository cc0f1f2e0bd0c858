"""The screening decision as the command line, the pages and the tests speak it: plain JSON in, plain JSON out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from oncology_clinic.decisions import Malformed
from screening.rules import flags, instrument, scoring
from screening.rules.instrument import Instrument


def decide(situation: dict[str, Any], *, rules: object = None) -> dict[str, Any]:
    """Score one set of answers.

    In: `instrument`, `answers` (whole numbers or null, item order), `context {new, baseline, who}`.
    Out: `score`, `band`, ordered `actions`; more where the instrument has more (`onc_band`,
    `prorated`, subscores, `bands`). Unreadable answers are an answer too: `{"error": "wrong_length"}`
    or `{"error": "out_of_range"}`. `who` decides where a result is stored and changes nothing here;
    `rules` is there for the common signature: instruments are the built-in edition.

    Raises `Malformed`: `not_an_object`, `unknown_instrument`, `answers_not_a_list`,
    `context_not_an_object`, `new_not_yes_or_no`, `baseline_not_a_number`.
    Source: the decision contract, "screening"; each instrument's file names its own.
    """
    if not isinstance(situation, dict):
        raise Malformed("not_an_object", "A situation is one JSON object.")
    asked = instrument.get(situation.get("instrument"))
    answers = situation.get("answers")
    if not isinstance(answers, list):
        raise Malformed("answers_not_a_list", "answers must be a list of whole numbers and nulls, in item order.")
    context = _context(situation.get("context"))
    error = scoring.problem(asked, answers)
    if error:
        return {"error": error}
    return result(asked, answers, context=context)


def result(asked: Instrument, answers: Sequence[int | None], *, context: flags.Context) -> dict[str, Any]:
    """The decision on answers that `scoring.problem` has passed."""
    scored = scoring.score(asked, answers)
    out: dict[str, Any] = {"score": _number(scored.total)}
    if asked.scoring.max_missing:
        out["prorated"] = scored.is_prorated
    out |= {"bands": list(scored.item_bands)} if asked.scoring.band_each_item else dict(scored.bands)
    out |= scored.parts
    out["actions"] = [action.value for action in flags.actions(asked, answers, scored, context=context)]
    return out


def _number(total: int | Decimal | None) -> int | float | None:
    return float(total) if isinstance(total, Decimal) else total


def _context(raw: object) -> flags.Context:
    if raw is None:
        return flags.Context()
    if not isinstance(raw, dict):
        raise Malformed("context_not_an_object", "context must be an object.")
    is_new = raw.get("new")
    if is_new is not None and not isinstance(is_new, bool):
        raise Malformed("new_not_yes_or_no", "context.new must be true or false.")
    return flags.Context(is_new=bool(is_new), baseline=_baseline(raw.get("baseline")))


def _baseline(raw: object) -> Decimal | None:
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not _is_finite(raw):
        raise Malformed("baseline_not_a_number", "context.baseline must be a number.")
    return Decimal(str(raw))


def _is_finite(raw: int | float) -> bool:
    return isinstance(raw, int) or math.isfinite(raw)
