"""What must hold for every rule book: order, drafts, ranking, mandates, time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.rules import coverage
from billing.rules.book import JURISDICTION, Book
from billing.rules.model import (
    Basis,
    CoverageRule,
    Decides,
    PriorAuthorization,
    Question,
    RuleKind,
    RuleStatus,
    Status,
)

FAMILIES = {"toxicity-check": "em", "psychotherapy": "behavioral"}
DAY = date(2026, 12, 1)
QUESTION = Question(
    payer_type="commercial_insured",
    payer="acme",
    plan="acme-gold",
    policy_situs="XA",
    program_state="XB",
    patient_location="XC",
    service="toxicity-check",
    modality="video",
    provider_type="physician",
    site="home",
    relation="new",
    dos=DAY,
    today=DAY,
)


def rule(name: str, **changes) -> CoverageRule:
    made = {"kind": RuleKind.plan, "decision": Decides.covered, "valid_from": date(2026, 1, 1), **changes}
    return CoverageRule(id=name, **made)


def ask(*rules: CoverageRule, **changes):
    return coverage.resolve(replace(QUESTION, **changes), Book.compile(rules, families=FAMILIES))


# Each dimension, most important first, with a value that fits the question.
DIMENSIONS = [
    {"plan": ("acme-gold",)},
    {"payer": ("acme",)},
    {"payer_type": ("commercial_insured",)},
    {"jurisdiction": ("XC",)},
    {"service": ("toxicity-check",)},
    {"modality": ("video",)},
    {"provider_type": ("physician",)},
    {"site": ("home",)},
    {"relation": ("new",)},
]


@pytest.mark.parametrize("place", range(len(DIMENSIONS)))
def test_it_ranks_one_dimension_above_all_that_come_after_it(place):
    narrow = rule("narrow", **DIMENSIONS[place], decision=Decides.not_covered)
    later = {key: value for one in DIMENSIONS[place + 1 :] for key, value in one.items()}

    assert ask(narrow, rule("wide", **later)).rule.id == "narrow"


def test_it_ranks_slug_over_family_over_any_service():
    slug, family = rule("slug", service=("toxicity-check",)), rule("family", service=("fam:em",))
    anything = rule("any")

    assert ask(anything, family, slug).rule.id == "slug"
    assert ask(anything, family).rule.id == "family"
    assert [loser.why for loser in ask(anything, family, slug).losers] == ["less_specific", "less_specific"]


def test_it_ranks_a_family_with_modality_below_the_slug_without():
    family = rule("family", service=("fam:em",), modality=("video",), site=("home",), relation=("new",))

    assert ask(family, rule("slug", service=("toxicity-check",))).rule.id == "slug"


def test_it_takes_the_best_fit_of_a_list():
    listed = rule("listed", service=("fam:em", "toxicity-check"), decision=Decides.not_covered)

    assert ask(listed, rule("slug", service=("toxicity-check",), valid_from=date(2025, 1, 1))).rule.id == "listed"
    assert ask(listed, service="results-review").rule is None  # of no family here


@pytest.mark.parametrize(("modality", "fits"), [("video", True), ("audio", True), ("rpm", False)])
def test_it_reads_a_list_as_any_of_its_values(modality, fits):
    answer = ask(rule("listed", modality=("video", "audio")), modality=modality)

    assert (answer.rule is not None) == fits


def test_it_breaks_a_tie_by_the_later_start():
    older = rule("older", valid_from=date(2025, 1, 1), decision=Decides.not_covered)
    answer = ask(older, rule("newer"))

    assert (answer.rule.id, answer.status) == ("newer", Status.covered)
    assert [(loser.rule.id, loser.why) for loser in answer.losers] == [("older", "older")]


def test_it_never_picks_between_equals_that_disagree():
    answer = ask(rule("yes"), rule("no", decision=Decides.not_covered))

    assert (answer.status, answer.reason, answer.rule) == (Status.unknown_needs_review, "conflicting_rules", None)
    assert {loser.why for loser in answer.losers} == {"conflicts"}


def test_it_answers_where_equals_agree_always_by_the_same_one():
    assert ask(rule("b"), rule("a")).rule.id == "a"
    assert ask(rule("a"), rule("b")).rule.id == "a"


def test_it_sees_no_conflict_below_the_winner():
    narrow = rule("narrow", plan=("acme-gold",))

    assert ask(narrow, rule("yes"), rule("no", decision=Decides.not_covered)).rule.id == "narrow"


@pytest.mark.parametrize(
    ("law", "reason"),
    [
        ({"decision": Decides.covered}, "plan_below_mandate:law"),
        ({"decision": Decides.prior_auth}, "plan_below_mandate:law"),
        ({"decision": Decides.needs_review}, "plan_below_mandate:law"),
        ({"decision": Decides.not_covered}, "rule"),
        ({"valid_to": DAY - timedelta(days=1)}, "rule"),
        ({"valid_to": DAY}, "plan_below_mandate:law"),
        ({"jurisdiction": ("XB",), "basis": Basis.policy_situs}, "rule"),
        ({"status": RuleStatus.draft}, "rule"),
        ({"kind": RuleKind.program}, "rule"),
    ],
)
def test_it_holds_a_plans_no_against_every_mandate_that_fits(law, reason):
    no = rule("no", plan=("acme-gold",), decision=Decides.not_covered)
    mandate = replace(rule("law", kind=RuleKind.mandate), **law)

    assert ask(no, mandate).reason == reason


def test_it_lets_a_mandate_itself_say_no():
    no = rule("no", plan=("acme-gold",), kind=RuleKind.mandate, decision=Decides.not_covered)

    assert ask(no, rule("law", kind=RuleKind.mandate)).reason == "rule"


def test_it_looks_at_the_mandate_before_the_review_date():
    no = rule("no", plan=("acme-gold",), decision=Decides.not_covered, review_due=DAY - timedelta(days=1))

    assert ask(no, rule("law", kind=RuleKind.mandate)).reason == "plan_below_mandate:law"
    assert ask(no).reason == "rule_stale"


def test_it_distrusts_a_stale_rule_before_it_reads_its_conditions():
    stale = rule("stale", review_due=DAY - timedelta(days=1), conditions=("x",))

    assert ask(stale, facts={"x": False}).reason == "rule_stale"


@pytest.mark.parametrize("decision", list(Decides))
def test_it_reads_conditions_before_the_decision(decision):
    conditional = rule("r", decision=decision, conditions=("x", "y"))

    assert ask(conditional, facts={"y": False}).reason == "condition_failed:y"
    assert ask(conditional, facts={"y": False}).status is Status.not_covered
    assert ask(conditional, facts={}).missing_facts == ("x", "y")


def test_it_lets_only_the_winner_ask_for_an_authorisation():
    asks = rule("asks", decision=Decides.prior_auth)
    held = PriorAuthorization("toxicity-check", DAY, DAY)

    assert ask(asks, prior_auth=held).reason == "prior_auth_on_file"
    assert ask(asks, prior_auth=held, dos=DAY + timedelta(days=1)).status is Status.prior_auth_required
    assert ask(asks, prior_auth=PriorAuthorization("toxicity-check", DAY)).status is Status.covered
    assert ask(rule("covers"), prior_auth=None).reason == "rule"


def test_it_keeps_who_lost_and_where_the_rule_stands():
    answer = ask(rule("wide"), rule("narrow", plan=("acme-gold",), pos_hint="10"))

    assert [loser.rule.id for loser in answer.losers] == ["wide"]
    assert answer.rule.pos_hint == "10"


# -- for any book -----------------------------------------------------------------------------

some = lambda *values: st.lists(st.sampled_from(["*", *values]), min_size=1, max_size=2, unique=True).map(tuple)  # noqa: E731
dates = st.dates(date(2026, 11, 1), date(2026, 12, 31))
rules_strategy = st.builds(
    CoverageRule,
    id=st.uuids().map(str),
    kind=st.sampled_from(RuleKind),
    decision=st.sampled_from(Decides),
    valid_from=dates,
    valid_to=st.none() | dates,
    plan=some("acme-gold", "other"),
    payer=some("acme", "other"),
    payer_type=some("commercial_insured", "medicaid"),
    jurisdiction=some("XA", "XB", "XC"),
    basis=st.sampled_from(Basis),
    service=some("toxicity-check", "fam:em", "psychotherapy", "fam:behavioral"),
    modality=some("video", "audio"),
    provider_type=some("physician"),
    site=some("home", "clinic"),
    relation=some("new", "established"),
    conditions=st.sampled_from([(), ("x",), ("x", "y")]),
    review_due=st.none() | dates,
    status=st.sampled_from([RuleStatus.active, RuleStatus.active, RuleStatus.draft, RuleStatus.retired]),
)
books = st.lists(rules_strategy, max_size=8, unique_by=lambda one: one.id)
questions = st.builds(
    replace,
    st.just(QUESTION),
    dos=dates,
    service=st.sampled_from(["toxicity-check", "psychotherapy", "unheard-of"]),
    modality=st.sampled_from(["video", "audio"]),
    site=st.sampled_from([None, "home", "clinic"]),
    plan=st.sampled_from([None, "acme-gold"]),
    facts=st.dictionaries(st.sampled_from(["x", "y"]), st.booleans()),
)


def plain(question: Question, rules: list[CoverageRule]) -> list[tuple[tuple, CoverageRule]]:
    """The specification read aloud, one rule at a time: the second opinion on the compiled index."""

    def fit(values, asked, wildcard=0):
        return 1 if asked is not None and asked in values else wildcard if "*" in values else None

    def service_fit(values):
        family = FAMILIES.get(question.service)
        if question.service in values:
            return 2
        if family and f"fam:{family}" in values:
            return 1
        return 0 if "*" in values else None

    found = []
    for one in rules:
        if one.status is not RuleStatus.active or not one.valid_from <= question.dos:
            continue
        if one.valid_to is not None and question.dos > one.valid_to:
            continue
        rank = (
            fit(one.plan, question.plan),
            fit(one.payer, question.payer),
            fit(one.payer_type, question.payer_type),
            fit(one.jurisdiction, getattr(question, one.basis)),
            service_fit(one.service),
            fit(one.modality, question.modality),
            fit(one.provider_type, question.provider_type),
            fit(one.site, question.site),
            fit(one.relation, question.relation),
        )
        if None not in rank:
            found.append(((*rank, one.valid_from), one))
    return sorted(found, key=lambda pair: pair[0], reverse=True)


@settings(max_examples=150, deadline=None)
@given(question=questions, rules=books)
def test_it_finds_what_reading_every_rule_finds(question, rules):
    expected = plain(question, rules)
    found = Book.compile(rules, families=FAMILIES).candidates(question)

    assert {one.rule.id for one in found} == {one.id for _, one in expected}
    best = {one.id for rank, one in expected if rank == expected[0][0]} if expected else set()
    tied = {one.rule.id for one in found if one.rank == found[0].rank} if found else set()
    assert tied == best


@settings(max_examples=100, deadline=None)
@given(question=questions, rules=books, data=st.data())
def test_it_does_not_depend_on_the_order_of_the_rules(question, rules, data):
    shuffled = data.draw(st.permutations(rules))

    once = coverage.resolve(question, Book.compile(rules, families=FAMILIES))
    again = coverage.resolve(question, Book.compile(shuffled, families=FAMILIES))
    assert once == again


@settings(max_examples=100, deadline=None)
@given(question=questions, rules=books)
def test_it_never_answers_by_a_draft_or_a_retired_rule(question, rules):
    active = [one for one in rules if one.status is RuleStatus.active]

    with_drafts = coverage.resolve(question, Book.compile(rules, families=FAMILIES))
    assert with_drafts == coverage.resolve(question, Book.compile(active, families=FAMILIES))


@settings(max_examples=100, deadline=None)
@given(question=questions, rules=books, later=rules_strategy, gap=st.integers(1, 400))
def test_it_never_changes_an_answer_when_a_later_rule_is_added(question, rules, later, gap):
    added = replace(later, valid_from=question.dos + timedelta(days=gap), valid_to=None)

    before = coverage.resolve(question, Book.compile(rules, families=FAMILIES))
    assert coverage.resolve(question, Book.compile([*rules, added], families=FAMILIES)) == before


@settings(max_examples=100, deadline=None)
@given(
    decision=st.sampled_from(Decides),
    place=st.integers(0, len(DIMENSIONS) - 1),
    shared=st.sets(st.integers(0, len(DIMENSIONS) - 1)),
)
def test_it_never_lets_a_wider_rule_beat_the_same_rule_made_narrower(decision, place, shared):
    common = {key: value for number in shared if number != place for key, value in DIMENSIONS[number].items()}
    wide = rule("wide", **common, kind=RuleKind.plan, decision=decision, valid_from=DAY)
    narrow = rule("narrow", **{**common, **DIMENSIONS[place]}, valid_from=date(2020, 1, 1))

    assert ask(wide, narrow).rule.id == "narrow"


def test_it_knows_every_basis():
    assert set(JURISDICTION) == set(Basis)
