"""From a score to what the clinic must do, and how soon. Item-level actions come first, as the files order them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from screening.rules.instrument import Action, ActionRule, Instrument, Trigger
from screening.rules.scoring import Answers, Score


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the answers. An absent baseline is no known rise and no known improvement."""

    is_new: bool = False
    baseline: Decimal | None = None


class Severity(StrEnum):
    """How soon a person must look: `urgent` the same clinic day, `soon` one clinic day, `routine` two."""

    urgent = "urgent"
    soon = "soon"
    routine = "routine"


# Clinic policy: no outside authority sets these times. Actions that are absent open no alert.
SEVERITY: Mapping[Action, Severity] = {
    Action.suicide_risk_assessment_same_day: Severity.urgent,
    Action.ask_item9_same_day: Severity.urgent,
    Action.same_day_in_person: Severity.urgent,
    Action.mental_health_referral_urgent: Severity.urgent,
    Action.clinician_contact_24h: Severity.soon,
    Action.mental_health_referral: Severity.soon,
    Action.pain_plan_of_care: Severity.routine,
    Action.psychosocial_referral: Severity.routine,
    Action.psychosocial_review: Severity.routine,
    Action.administer_phq9: Severity.routine,
    Action.administer_gad7: Severity.routine,
    Action.review_at_visit: Severity.routine,
    Action.caregiver_check_in: Severity.routine,
    Action.caregiver_support_referral: Severity.routine,
}
RANK: Mapping[str, int] = {severity.value: rank for rank, severity in enumerate(Severity)}  # 0 is the most pressing


def actions(instrument: Instrument, answers: Answers, scored: Score, *, context: Context) -> tuple[Action, ...]:
    """The ordered actions: those of the instrument's rules, then the one for what was left out."""
    return tuple(_follow(instrument, answers, scored, context))


def severity_of(found: Iterable[str]) -> Severity | None:
    """The most pressing severity among these actions; None when no alert is due."""
    graded = [SEVERITY[Action(action)] for action in found if Action(action) in SEVERITY]
    return min(graded, key=lambda severity: RANK[severity], default=None)


def _follow(instrument: Instrument, answers: Answers, scored: Score, context: Context) -> Iterator[Action]:
    steps_taken: set[str] = set()
    for rule in instrument.actions:
        if rule.step in steps_taken or not _holds(rule, instrument, answers, scored, context):
            continue
        if rule.step:
            steps_taken.add(rule.step)
        yield rule.do
    if not scored.is_complete:
        yield instrument.scoring.missing


def _holds(rule: ActionRule, instrument: Instrument, answers: Answers, scored: Score, context: Context) -> bool:
    def answer() -> int | None:
        return answers[instrument.position(rule.item)]

    tests: dict[Trigger, Callable[[], bool]] = {
        Trigger.item: lambda: _reaches(answer(), rule.at_least),
        Trigger.item_missing: lambda: answer() is None,
        Trigger.any_item: lambda: any(_reaches(given, rule.at_least) for given in answers),
        Trigger.part: lambda: _reaches(scored.parts[rule.part], rule.at_least),
        Trigger.band: lambda: scored.bands[rule.scale] == rule.band,
        Trigger.score: lambda: _reaches(scored.total, rule.at_least),
        Trigger.improvement: lambda: _has_improved(scored.total, rule.percent, context),
    }
    return tests[rule.on]() and (not rule.needs or _is_new_or_risen(rule, scored, context))


def _reaches(value: int | Decimal | None, at_least: int) -> bool:
    return value is not None and value >= at_least


def _is_new_or_risen(rule: ActionRule, scored: Score, context: Context) -> bool:
    has_risen = (
        context.baseline is not None
        and _reaches(scored.total, 0)
        and (Decimal(scored.total or 0) - context.baseline >= rule.rise)
    )
    return context.is_new or has_risen


def _has_improved(total: int | Decimal | None, percent: int, context: Context) -> bool:
    """A baseline of 0 leaves nothing to improve."""
    if total is None or context.baseline is None or context.baseline <= 0:
        return False
    return (context.baseline - total) * 100 >= percent * context.baseline
