"""The plain sentences of an explanation, one for each step a resolution can take.

English here; the presenter translates them (the function's name is what the message
extraction looks for). No patient's data is in them beyond what the asker typed.
"""

from __future__ import annotations

from collections.abc import Iterable

from billing.rules.model import Step


def gettext_noop(sentence: str) -> str:
    return sentence


NOT_A_GUARANTEE = gettext_noop("This is not a guarantee of payment.")

SENTENCES = {
    "asked": gettext_noop("You asked about %(service)s, %(modality)s, on %(dos)s."),
    "no_plan_on_file": gettext_noop("We have no health plan on file for that day, so we cannot look up its rules."),
    "eligibility_inactive": gettext_noop("The plan told us that the coverage is not active."),
    "eligibility_excludes_service": gettext_noop("The plan told us that it does not cover this service."),
    "self_pay": gettext_noop("No plan is used for this visit, so we will give you a cost estimate in writing."),
    "no_rule": gettext_noop("We have no reviewed rule that fits this plan, place, service and date."),
    "one_rule": gettext_noop("One rule fits this question."),
    "many_rules": gettext_noop("%(count)s rules fit this question; the most specific one decides."),
    "conflicting_rules": gettext_noop("Rules %(rules)s fit equally well and say different things."),
    "decides": gettext_noop("Rule %(rule)s decides. It says: %(decision)s. It holds from %(since)s to %(until)s."),
    "decides_open": gettext_noop("Rule %(rule)s decides. It says: %(decision)s. It holds from %(since)s on."),
    "plan_below_mandate": gettext_noop("The law in rule %(mandate)s says otherwise, so a person must look at this."),
    "rule_stale": gettext_noop("The rule was due for a new review on %(review_due)s, so we do not rely on it."),
    "condition_failed": gettext_noop("The rule asks for this, and it is not so: %(fact)s."),
    "missing_fact": gettext_noop("The rule asks for this, and we do not know it yet: %(facts)s."),
    "conditions_met": gettext_noop("Everything the rule asks for is so: %(facts)s."),
    "rule_says_review": gettext_noop("The rule says that a person must look at each request."),
    "rule_not_covered": gettext_noop("The rule says that the plan does not pay for this."),
    "rule_covered": gettext_noop("The rule says that the plan pays for this."),
    "plan_asks_prior_auth": gettext_noop("The plan told us that it must approve this before the visit."),
    "rule_asks_prior_auth": gettext_noop("The rule says that the plan must approve this before the visit."),
    "prior_auth_on_file": gettext_noop("We have the plan's approval for this service on that day."),
    "prior_auth_missing_or_not_valid": gettext_noop("We have no approval for this service that holds on that day."),
}


# These values of a step are code words, several joined by commas.
CODE_WORDS = frozenset({"service", "modality", "decision", "fact", "facts"})


def english(steps: Iterable[Step]) -> list[str]:
    """The steps as plain English sentences, in order, closing with the one every answer ends with."""
    return [*(SENTENCES[step.code] % _readable(step) for step in steps), NOT_A_GUARANTEE]


def in_words(code: str) -> str:
    """`rural_originating_area` as `rural originating area`: readable where no better words are known."""
    return code.replace("_", " ").replace("-", " ")


def _readable(step: Step) -> dict[str, str]:
    return {
        name: "; ".join(in_words(code) for code in value.split(",")) if name in CODE_WORDS else value
        for name, value in step.values.items()
    }
