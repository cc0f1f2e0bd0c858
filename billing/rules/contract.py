"""The coverage decider of `manage.py decide`: plain JSON in, plain JSON out."""

from __future__ import annotations

from typing import Any

from billing.rules import coverage, edition, reading, wording
from billing.rules.book import Book

_last: tuple[list[Any], Book] | None = None  # the rules file of this run, compiled once


def decide(situation: dict[str, Any], *, rules: list[Any] | None = None) -> dict[str, Any]:
    """The coverage answer to one situation: `status`, `rule` (id or None), `reason`, `explanation`.

    `rules` is a list in the rule model; None asks the built-in edition. Dates are ISO dates.
    Raises `oncology_clinic.decisions.Malformed` with a code and a sentence for anything
    that does not fit the contract.
    """
    answer = coverage.resolve(reading.question(situation), _book(rules))
    return {
        "status": str(answer.status),
        "rule": answer.rule.id if answer.rule else None,
        "reason": answer.reason,
        "explanation": wording.english(answer.steps),
    }


def _book(rules: list[Any] | None) -> Book:
    global _last
    if rules is None:
        return edition.book()
    if _last is None or _last[0] is not rules:
        _last = (rules, Book.compile(reading.rules(rules), revision="file"))
    return _last[1]
