"""The compiled rule book: from a question to the rules that fit it, by dict look-ups and one bisect each.

Rules are laid under a key for each combination of their values. A pattern is the list of
dimensions a key names; there are few patterns in a book and many keys, so a question
costs one look-up for each pattern, however many rules there are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from operator import attrgetter, itemgetter
from typing import Any

from billing.rules import families as family_map
from billing.rules.model import ANY, FAMILY_PREFIX, CoverageRule, Question, RuleStatus

Key = tuple[str, ...]
Pattern = tuple[int, ...]

# The question's values, in this order; a pattern is a tuple of places in it.
PLAN, PAYER, PAYER_TYPE, SITUS, PROGRAM, LOCATION, SLUG, FAMILY, MODALITY, PROVIDER, SITE, RELATION = range(12)
JURISDICTION = {"policy_situs": SITUS, "program_state": PROGRAM, "patient_location": LOCATION}

# Rank is lexicographic: one bit for each dimension, two for the service; then the start date.
WEIGHT = {
    PLAN: 1 << 9,
    PAYER: 1 << 8,
    PAYER_TYPE: 1 << 7,
    SITUS: 1 << 6,
    PROGRAM: 1 << 6,
    LOCATION: 1 << 6,
    SLUG: 2 << 4,
    FAMILY: 1 << 4,
    MODALITY: 1 << 3,
    PROVIDER: 1 << 2,
    SITE: 1 << 1,
    RELATION: 1 << 0,
}
_values = attrgetter("plan", "payer", "payer_type", "policy_situs", "program_state", "patient_location", "service")
_more_values = attrgetter("modality", "provider_type", "site", "relation")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule that fits, with how specific its fit is. Higher `specificity` wins, then the later start."""

    rule: CoverageRule
    specificity: int

    @property
    def rank(self) -> tuple[int, int]:
        return (self.specificity, self.rule.valid_from.toordinal())


@dataclass(slots=True)
class _Shelf:
    """The rules under one key, by start date."""

    starts: list[date] = field(default_factory=list)
    rules: list[CoverageRule] = field(default_factory=list)

    def on(self, day: date) -> list[CoverageRule]:
        begun = self.rules[: bisect_right(self.starts, day)]
        return [rule for rule in begun if rule.valid_to is None or day <= rule.valid_to]


@dataclass(frozen=True, slots=True)
class _Aisle:
    """All keys of one pattern."""

    specificity: int
    pick: Callable[[tuple[Any, ...]], Any]
    shelves: dict[Any, _Shelf]


@dataclass(frozen=True, slots=True)
class Book:
    """The active rules, ready to be asked. Build with `Book.compile`; never changed afterwards."""

    revision: str
    families: Mapping[str, str]
    aisles: tuple[_Aisle, ...]
    size: int

    @classmethod
    def compile(
        cls,
        rules: Iterable[CoverageRule],
        *,
        revision: str = "",
        families: Mapping[str, str] | None = None,
    ) -> Book:
        """Index the active rules; drafts and retired ones are left out, so they can never answer."""
        active = sorted(
            (rule for rule in rules if rule.status is RuleStatus.active),
            key=lambda rule: (rule.valid_from, rule.id, rule.version),
        )
        shelves: dict[Pattern, dict[Any, _Shelf]] = {}
        for rule in active:
            for pattern, key in _keys(rule):
                shelf = shelves.setdefault(pattern, {}).setdefault(key, _Shelf())
                if not (shelf.rules and shelf.rules[-1] is rule):  # a value named twice
                    shelf.starts.append(rule.valid_from)
                    shelf.rules.append(rule)
        aisles = [
            _Aisle(sum(WEIGHT[place] for place in pattern), _picker(pattern), s) for pattern, s in shelves.items()
        ]
        aisles.sort(key=lambda aisle: -aisle.specificity)
        return cls(revision, family_map.load() if families is None else families, tuple(aisles), len(active))

    def candidates(self, question: Question) -> list[Candidate]:
        """The active rules whose dates hold the date of service and whose every dimension fits, best first.

        Order: specificity, later start, then id and version, so that the order in which
        rules were loaded never decides.
        """
        values = self._values_of(question)
        found: dict[int, Candidate] = {}
        for aisle in self.aisles:  # most specific first: a rule keeps its best fit
            shelf = aisle.shelves.get(aisle.pick(values))
            if shelf is not None:
                for rule in shelf.on(question.dos):
                    found.setdefault(id(rule), Candidate(rule, aisle.specificity))
        if len(found) < 2:
            return list(found.values())
        by_name = sorted(found.values(), key=lambda one: (one.rule.id, -one.rule.version))
        return sorted(by_name, key=lambda one: one.rank, reverse=True)

    def _values_of(self, question: Question) -> tuple[Any, ...]:
        head = _values(question)
        return (*head, self.families.get(question.service), *_more_values(question))


def _picker(pattern: Pattern) -> Callable[[tuple[Any, ...]], Any]:
    if not pattern:
        return lambda values: ()
    return itemgetter(*pattern)


def _keys(rule: CoverageRule) -> Iterable[tuple[Pattern, Any]]:
    """Each (pattern, key) the rule is laid under: one for each combination of its values."""
    dimensions = [
        _places(rule.plan, PLAN),
        _places(rule.payer, PAYER),
        _places(rule.payer_type, PAYER_TYPE),
        _places(rule.jurisdiction, JURISDICTION[rule.basis]),
        [_service_place(value) for value in rule.service],
        _places(rule.modality, MODALITY),
        _places(rule.provider_type, PROVIDER),
        _places(rule.site, SITE),
        _places(rule.relation, RELATION),
    ]
    for combination in product(*dimensions):
        named = [place for place in combination if place is not None]
        pattern = tuple(place for place, _ in named)
        values = tuple(value for _, value in named)
        yield pattern, values[0] if len(values) == 1 else values


def _places(values: tuple[str, ...], place: int) -> list[tuple[int, str] | None]:
    return [None if value == ANY else (place, value) for value in values]


def _service_place(value: str) -> tuple[int, str] | None:
    if value == ANY:
        return None
    if value.startswith(FAMILY_PREFIX):
        return (FAMILY, value.removeprefix(FAMILY_PREFIX))
    return (SLUG, value)
