"""Does the plan pay? The resolution of one question against the rule book, step by step.

The steps stand in `POLICY`, in the order of the specification; the first that finds
something answers. Silence is `unknown_needs_review`, never "no", and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from billing.rules import outcomes
from billing.rules.book import Book, Candidate
from billing.rules.model import (
    Answer,
    CoverageRule,
    Decides,
    Eligibility,
    Loser,
    PayerType,
    Question,
    RuleKind,
    Status,
    Step,
)
from billing.rules.outcomes import Finding


@dataclass(frozen=True, slots=True)
class Case:
    """A question with the rules that fit it, best first."""

    question: Question
    candidates: tuple[Candidate, ...]

    @property
    def winner(self) -> CoverageRule:
        return self.candidates[0].rule

    @property
    def tied(self) -> list[CoverageRule]:
        best = self.candidates[0].rank
        return [candidate.rule for candidate in self.candidates if candidate.rank == best]


def resolve(question: Question, book: Book) -> Answer:
    """The answer of the book to the question.

    Source: the rule model and resolution in docs (steps 1 to 9). Pure: the same question
    and the same rules, in any order, give the same answer. Refuses nothing.
    """
    for early in ELIGIBILITY:
        found = early(question)
        if found is not None:
            return _answer(question, found, candidates=(), revision=book.revision)
    case = Case(question, tuple(book.candidates(question)))
    for step in POLICY:
        found = step(case)
        if found is not None:
            return _answer(question, found, candidates=case.candidates, revision=book.revision)
    raise AssertionError("the last step of the policy always answers")


# -- what the plan itself told us, and self-pay ------------------------------------------


def eligibility_inactive(question: Question) -> Finding | None:
    if question.elig271 is Eligibility.inactive:
        return Finding(Status.not_covered, "eligibility_inactive", steps=(Step("eligibility_inactive"),))
    return None


def eligibility_excludes_service(question: Question) -> Finding | None:
    if question.elig271 is Eligibility.noncovered_service:
        return Finding(
            Status.not_covered, "eligibility_excludes_service", steps=(Step("eligibility_excludes_service"),)
        )
    return None


def self_pay(question: Question) -> Finding | None:
    if question.payer_type == PayerType.self_pay:
        return Finding(Status.not_covered, "self_pay_good_faith_estimate", steps=(Step("self_pay"),))
    return None


# -- what the rules say --------------------------------------------------------------------


def no_rule(case: Case) -> Finding | None:
    if case.candidates:
        return None
    return Finding(Status.unknown_needs_review, "no_rule", steps=(Step("no_rule"),))


def conflicting_rules(case: Case) -> Finding | None:
    tied = case.tied
    if len({rule.decision for rule in tied}) < 2:
        return None
    named = Step("conflicting_rules", {"rules": ", ".join(rule.id for rule in tied)})
    return Finding(Status.unknown_needs_review, "conflicting_rules", steps=(outcomes.how_many(case.candidates), named))


def plan_below_mandate(case: Case) -> Finding | None:
    """A plan's "no" under a law that says otherwise is never taken at its word."""
    winner = case.winner
    if winner.decision is not Decides.not_covered or winner.kind is RuleKind.mandate:
        return None
    for candidate in case.candidates:
        law = candidate.rule
        if law.kind is RuleKind.mandate and law.decision is not Decides.not_covered:
            said = Step("plan_below_mandate", {"mandate": law.id})
            return _by_winner(case, Status.unknown_needs_review, f"plan_below_mandate:{law.id}", said)
    return None


def rule_stale(case: Case) -> Finding | None:
    due = case.winner.review_due
    if due is None or due >= case.question.today:
        return None
    said = Step("rule_stale", {"review_due": due.isoformat()})
    return _by_winner(case, Status.unknown_needs_review, "rule_stale", said)


def condition_failed(case: Case) -> Finding | None:
    """A condition known to be false, before any that is unknown."""
    for fact in case.winner.conditions:
        if case.question.facts.get(fact) is False:
            said = Step("condition_failed", {"fact": fact})
            return _by_winner(case, Status.not_covered, f"condition_failed:{fact}", said)
    return None


def missing_fact(case: Case) -> Finding | None:
    missing = tuple(fact for fact in case.winner.conditions if fact not in case.question.facts)
    if not missing:
        return None
    said = Step("missing_fact", {"facts": ",".join(missing)})
    found = _by_winner(case, Status.unknown_needs_review, f"missing_fact:{','.join(missing)}", said)
    return found.lacking(missing)


def rule_says_review(case: Case) -> Finding | None:
    if case.winner.decision is not Decides.needs_review:
        return None
    return _by_winner(case, Status.unknown_needs_review, "rule_says_review", Step("rule_says_review"))


def rule_says_not_covered(case: Case) -> Finding | None:
    if case.winner.decision is not Decides.not_covered:
        return None
    return _by_winner(case, Status.not_covered, "rule", Step("rule_not_covered"))


def prior_authorization(case: Case) -> Finding | None:
    """The rule or the plan's own reply asks for an approval; one for this service must hold on the day."""
    question = case.question
    if case.winner.decision is Decides.prior_auth:
        asks = Step("rule_asks_prior_auth")
    elif question.elig271 is Eligibility.auth_required:
        asks = Step("plan_asks_prior_auth")
    else:
        return None
    held = question.prior_auth
    if held is not None and held.holds(service=question.service, on=question.dos):
        return _by_winner(case, Status.covered, "prior_auth_on_file", asks, Step("prior_auth_on_file"))
    code = "prior_auth_missing_or_not_valid"
    return _by_winner(case, Status.prior_auth_required, code, asks, Step(code))


def rule_says_covered(case: Case) -> Finding | None:
    return _by_winner(case, Status.covered, "rule", Step("rule_covered"))


ELIGIBILITY: tuple[Callable[[Question], Finding | None], ...] = (
    eligibility_inactive,
    eligibility_excludes_service,
    self_pay,
)
POLICY: tuple[Callable[[Case], Finding | None], ...] = (
    no_rule,
    conflicting_rules,
    plan_below_mandate,
    rule_stale,
    condition_failed,
    missing_fact,
    rule_says_review,
    rule_says_not_covered,
    prior_authorization,
    rule_says_covered,
)


def _by_winner(case: Case, status: Status, reason: str, *said: Step) -> Finding:
    steps = [outcomes.how_many(case.candidates), outcomes.decides(case.winner)]
    if reason.partition(":")[0] in outcomes.AFTER_CONDITIONS and case.winner.conditions:
        steps.append(outcomes.conditions_met(case.winner))
    return Finding(status, reason, rule=case.winner, steps=(*steps, *said))


def _answer(question: Question, found: Finding, *, candidates: tuple[Candidate, ...], revision: str) -> Answer:
    return Answer(
        question=question,
        status=found.status,
        reason=found.reason,
        rule=found.rule,
        steps=(outcomes.asked(question), *found.steps),
        losers=_losers(candidates, found.rule),
        missing_facts=found.missing_facts,
        revision=revision,
    )


def _losers(candidates: tuple[Candidate, ...], winner: CoverageRule | None) -> tuple[Loser, ...]:
    if not candidates:
        return ()
    best = candidates[0]
    losers = []
    for candidate in candidates:
        if candidate.rule is not winner:
            losers.append(Loser(candidate.rule, outcomes.why_lost(candidate, best, is_conflict=winner is None)))
    return tuple(losers)
