"""What a step of the resolution found, and the sentences that say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from billing.rules.book import Candidate
from billing.rules.model import CoverageRule, Question, Status, Step, Values

# Reasons reached only when every condition of the rule holds.
AFTER_CONDITIONS = frozenset({"rule", "rule_says_review", "prior_auth_on_file", "prior_auth_missing_or_not_valid"})


@dataclass(frozen=True, slots=True)
class Finding:
    status: Status
    reason: str
    rule: CoverageRule | None = None
    steps: tuple[Step, ...] = ()
    missing_facts: Values = ()

    def lacking(self, facts: Values) -> Finding:
        return replace(self, missing_facts=facts)


def asked(question: Question) -> Step:
    values = {
        "service": question.service,
        "modality": question.modality,
        "dos": question.dos.isoformat(),
    }
    return Step("asked", values)


def how_many(candidates: Sequence[Candidate]) -> Step:
    if len(candidates) == 1:
        return Step("one_rule")
    return Step("many_rules", {"count": str(len(candidates))})


def decides(rule: CoverageRule) -> Step:
    values = {"rule": rule.id, "decision": str(rule.decision), "since": rule.valid_from.isoformat()}
    if rule.valid_to is None:
        return Step("decides_open", values)
    return Step("decides", {**values, "until": rule.valid_to.isoformat()})


def conditions_met(rule: CoverageRule) -> Step:
    return Step("conditions_met", {"facts": ",".join(rule.conditions)})


def why_lost(candidate: Candidate, best: Candidate, *, is_conflict: bool) -> str:
    """`less_specific`, `older`, or for an equal: `conflicts`, `same_answer`."""
    if candidate.specificity < best.specificity:
        return "less_specific"
    if candidate.rank < best.rank:
        return "older"
    return "conflicts" if is_conflict else "same_answer"
