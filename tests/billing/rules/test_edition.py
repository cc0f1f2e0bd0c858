"""The built-in law: every value cited and dated, states as drafts, no CPT code anywhere."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from billing.rules import contract, edition, estimate, families
from billing.rules.estimate import Cost, OwnPayment
from billing.rules.model import Answer, CostShare, PayerType, Question, RuleStatus, Status
from oncology_clinic.decisions import Confidence

MEDICARE = {
    "payer_type": "medicare_ffs",
    "service": "specialist-consult",
    "modality": "video",
    "site": "home",
    "today": "2026-11-22",
}


@pytest.mark.parametrize(
    ("dos", "expected"),
    [
        ("2027-12-31", ("covered", "us-medicare-em-video", "rule")),
        (
            "2028-01-01",
            (
                "unknown_needs_review",
                "us-medicare-em-video-2028",
                "missing_fact:rural_originating_area,facility_originating_site",
            ),
        ),
    ],
)
def test_it_answers_medicare_by_the_date_of_service(dos, expected):
    answer = contract.decide({**MEDICARE, "dos": dos})

    assert (answer["status"], answer["rule"], answer["reason"]) == expected


@pytest.mark.parametrize("state", ["WA", "AZ", "TX", "OH"])
def test_it_says_unknown_where_no_reviewed_rule_speaks(state):
    asked = {"payer_type": "commercial_insured", "policy_situs": state, "service": "results-review"}
    answer = contract.decide({**asked, "modality": "audio", "dos": "2026-12-01", "today": "2026-11-22"})

    assert (answer["status"], answer["rule"], answer["reason"]) == ("unknown_needs_review", None, "no_rule")


@pytest.mark.parametrize("rule", edition.provisions(), ids=lambda rule: rule.id)
def test_it_cites_and_dates_every_value(rule):
    assert rule.source.title
    assert rule.source.read_on == date(2026, 11, 22)
    assert rule.source.confidence in set(Confidence)
    assert rule.review_due is not None
    if rule.status is RuleStatus.active:
        assert rule.reviewed_by
        assert rule.source.confidence != Confidence.memory


def test_it_ships_every_state_as_a_draft():
    states = [rule for rule in edition.provisions() if rule.jurisdiction != ("*",)]

    assert len(states) >= 13
    assert {rule.status for rule in states} == {RuleStatus.draft}


def test_it_holds_no_cpt_code():
    """Five digits, or four and a letter T or F, anywhere in what billing ships."""
    code = re.compile(r"(?<![\d-])(\d{5}|\d{4}[TF])(?![\d-])")
    files = [file for file in Path("billing").rglob("*") if file.suffix in {".toml", ".py", ".md", ".html", ".csv"}]

    assert len(files) > 20
    assert not [(str(file), code.findall(file.read_text())) for file in files if code.findall(file.read_text())]


def test_it_names_a_family_only_where_one_is_described():
    assert set(families.load().values()) == set(families.labels())
    assert all(set(label) == {"en", "es"} for label in families.labels().values())


# -- who may agree to pay --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payer_type", "is_written", "is_cleared", "outcome"),
    [
        ("medicaid", True, True, OwnPayment.not_allowed),
        ("chip", True, True, OwnPayment.not_allowed),
        ("medicare_ffs", True, False, OwnPayment.needs_advance_notice),
        ("medicare_ffs", True, True, OwnPayment.accepted),
        ("medicare_advantage", True, False, OwnPayment.needs_advance_notice),
        ("medicare_ffs", False, True, OwnPayment.not_written),
        ("commercial_insured", False, False, OwnPayment.not_written),
        ("commercial_insured", True, False, OwnPayment.accepted),
        ("self_pay", True, False, OwnPayment.accepted),
    ],
)
def test_it_takes_an_agreement_to_pay_only_where_it_may(payer_type, is_written, is_cleared, outcome):
    answer = estimate.own_payment(PayerType(payer_type), is_written=is_written, is_notice_cleared=is_cleared)

    assert answer.outcome is outcome
    assert answer.is_accepted == (outcome is OwnPayment.accepted)


@pytest.mark.parametrize(
    ("status", "share", "cost"),
    [
        (Status.covered, CostShare.waived, Cost.waived),
        (Status.prior_auth_required, CostShare.less, Cost.less),
        (Status.covered, CostShare.unknown, Cost.unknown),
        (Status.unknown_needs_review, CostShare.waived, Cost.unknown),
        (Status.not_covered, CostShare.waived, Cost.own_cost),
    ],
)
def test_it_says_what_the_visit_may_cost_only_where_the_rule_does(status, share, cost):
    question = Question("medicaid", "results-review", "video", date(2026, 12, 1), date(2026, 11, 22))
    rule = replace(edition.provisions()[0], cost_share=share)

    assert estimate.cost(Answer(question, status, "rule", rule)) is cost
