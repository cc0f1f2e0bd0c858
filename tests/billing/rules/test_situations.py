"""The worked situations, and every step of the resolution on both sides (rows H28 to H30, A42 to A46)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from billing.rules import contract
from oncology_clinic.decisions import Malformed

CASES = Path(__file__).parents[2] / "cases"
RULES = json.loads((CASES / "coverage_rules.json").read_text())
SITUATIONS = [json.loads(line) for line in (CASES / "coverage.jsonl").read_text().splitlines()]
BASE = {"service": "specialist-consult", "modality": "video", "dos": "2026-12-01", "today": "2026-11-22"}
MEDICARE = {**BASE, "payer_type": "medicare_ffs", "site": "home"}
INSURED = {**BASE, "payer_type": "commercial_insured"}
MEDICAID = {**BASE, "payer_type": "medicaid", "program_state": "XA"}


@pytest.mark.parametrize("case", SITUATIONS, ids=lambda case: case["id"])
def test_it_answers_the_worked_situation(case):
    answer = contract.decide(case["in"], rules=RULES)

    assert {key: answer[key] for key in case["out"]} == case["out"]


# id, situation, (status, rule, reason)
TABLE = [
    # dates: `to` is the last day
    ("last day of the flexibility", {**MEDICARE, "dos": "2027-12-31"}, ("covered", "M01", "rule")),
    (
        "first day after it",
        {**MEDICARE, "dos": "2028-01-01"},
        ("unknown_needs_review", "M05", "missing_fact:rural_originating_area,facility_originating_site"),
    ),
    ("first day a rule holds", {**MEDICARE, "dos": "2025-10-01"}, ("covered", "M01", "rule")),
    ("the day before it", {**MEDICARE, "dos": "2025-09-30"}, ("unknown_needs_review", None, "no_rule")),
    (
        "new year's rule of a self-funded plan",
        {**BASE, "payer_type": "commercial_self_funded", "payer": "beta", "dos": "2026-01-01"},
        ("prior_auth_required", "F13", "prior_auth_missing_or_not_valid"),
    ),
    # conditions: false before missing, in the rule's order
    (
        "second condition false, first missing",
        {**MEDICARE, "dos": "2028-01-01", "facts": {"facility_originating_site": False}},
        ("not_covered", "M05", "condition_failed:facility_originating_site"),
    ),
    (
        "one true, one missing",
        {**MEDICARE, "dos": "2028-01-01", "facts": {"rural_originating_area": True}},
        ("unknown_needs_review", "M05", "missing_fact:facility_originating_site"),
    ),
    (
        "both true",
        {
            **MEDICARE,
            "dos": "2028-01-01",
            "facts": {"facility_originating_site": True, "rural_originating_area": True},
        },
        ("covered", "M05", "rule"),
    ),
    (
        "asked and not answered is not false",
        {**MEDICARE, "modality": "audio", "facts": {"practitioner_video_capable": None}},
        (
            "unknown_needs_review",
            "M02",
            "missing_fact:practitioner_video_capable,patient_cannot_or_declines_video",
        ),
    ),
    # which state counts
    ("policy from another state", {**INSURED, "policy_situs": "XB"}, ("unknown_needs_review", None, "no_rule")),
    (
        "patient travelling does not matter to a policy",
        {**INSURED, "policy_situs": "XA", "patient_location": "XC"},
        ("covered", "F01", "rule"),
    ),
    (
        "a location is not a policy's state",
        {**INSURED, "patient_location": "XA"},
        ("unknown_needs_review", None, "no_rule"),
    ),
    ("a program's own state", MEDICAID, ("covered", "F06", "rule")),
    (
        "another program's state",
        {**MEDICAID, "program_state": "XC"},
        ("unknown_needs_review", None, "no_rule"),
    ),
    (
        "self-funded plans are out of a mandate's reach",
        {**BASE, "payer_type": "commercial_self_funded", "policy_situs": "XA"},
        ("unknown_needs_review", None, "no_rule"),
    ),
    # ranking
    (
        "family beats any service",
        {**MEDICAID, "service": "remote-monitoring-enroll"},
        ("not_covered", "F08", "rule"),
    ),
    (
        "a named provider beats any provider",
        {**BASE, "payer_type": "medicaid", "program_state": "XC", "service": "psychotherapy", "provider_type": "lcsw"},
        ("covered", "F10", "rule"),
    ),
    (
        "another provider",
        {**BASE, "payer_type": "medicaid", "program_state": "XC", "service": "psychotherapy"},
        ("not_covered", "F11", "rule"),
    ),
    # drafts
    (
        "a draft never answers",
        {**INSURED, "payer": "gamma", "policy_situs": "XB"},
        ("unknown_needs_review", None, "no_rule"),
    ),
    # mandates
    (
        "an exclusion no mandate reaches stands",
        {**INSURED, "payer": "acme", "policy_situs": "XA", "modality": "audio"},
        ("not_covered", "F03", "rule"),
    ),
    (
        "a plan's no outside the mandate's state stands",
        {**INSURED, "payer": "acme", "plan": "acme-bronze", "policy_situs": "XB", "service": "nutrition-counseling"},
        ("not_covered", "F05", "rule"),
    ),
    # staleness is about today, not the date of service
    (
        "review due today is not late",
        {**BASE, "payer_type": "medicaid", "program_state": "XB", "today": "2026-06-30"},
        ("covered", "F09", "rule"),
    ),
    (
        "review due yesterday",
        {**BASE, "payer_type": "medicaid", "program_state": "XB", "today": "2026-07-01"},
        ("unknown_needs_review", "F09", "rule_stale"),
    ),
    # reviews
    (
        "a rule that asks for a person",
        {**BASE, "payer_type": "medicare_advantage", "payer": "delta-ma", "service": "genetic-counseling-pretest"},
        ("unknown_needs_review", "F18", "rule_says_review"),
    ),
    # prior authorisation: service and dates
    *[
        (
            f"approval {name}",
            {
                **INSURED,
                "payer": "acme",
                "plan": "acme-gold",
                "policy_situs": "XA",
                "service": "genetic-counseling-pretest",
                "prior_auth": {"service": service, "from": since, "to": until},
            },
            answer,
        )
        for name, service, since, until, answer in [
            (
                "last day",
                "genetic-counseling-pretest",
                "2026-01-01",
                "2026-12-01",
                ("covered", "F04", "prior_auth_on_file"),
            ),
            (
                "first day",
                "genetic-counseling-pretest",
                "2026-12-01",
                "2026-12-31",
                ("covered", "F04", "prior_auth_on_file"),
            ),
            (
                "ended the day before",
                "genetic-counseling-pretest",
                "2026-01-01",
                "2026-11-30",
                ("prior_auth_required", "F04", "prior_auth_missing_or_not_valid"),
            ),
            (
                "for another service",
                "genetic-counseling-results",
                "2026-01-01",
                "2026-12-31",
                ("prior_auth_required", "F04", "prior_auth_missing_or_not_valid"),
            ),
        ]
    ],
    # what the plan's own reply says
    ("inactive", {**MEDICARE, "elig271": "inactive"}, ("not_covered", None, "eligibility_inactive")),
    (
        "service excluded",
        {**MEDICARE, "elig271": "noncovered_service"},
        ("not_covered", None, "eligibility_excludes_service"),
    ),
    ("active goes to the rules", {**MEDICARE, "elig271": "active"}, ("covered", "M01", "rule")),
    (
        "active is never coverage by itself",
        {**INSURED, "elig271": "active"},
        ("unknown_needs_review", None, "no_rule"),
    ),
    (
        "approval asked for and on file",
        {
            **MEDICAID,
            "elig271": "auth_required",
            "prior_auth": {"service": "specialist-consult", "from": "2026-12-01", "to": "2026-12-01"},
        },
        ("covered", "F06", "prior_auth_on_file"),
    ),
    (
        "approval asked for never softens a no",
        {**MEDICAID, "service": "remote-monitoring-enroll", "elig271": "auth_required"},
        ("not_covered", "F08", "rule"),
    ),
    # self-pay, after eligibility
    ("self-pay", {**BASE, "payer_type": "self_pay"}, ("not_covered", None, "self_pay_good_faith_estimate")),
    (
        "self-pay with inactive coverage",
        {**BASE, "payer_type": "self_pay", "elig271": "inactive"},
        ("not_covered", None, "eligibility_inactive"),
    ),
]


@pytest.mark.parametrize(("situation", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_it_takes_the_step(situation, expected):
    answer = contract.decide(situation, rules=RULES)

    assert (answer["status"], answer["rule"], answer["reason"]) == expected


def test_it_explains_in_ordered_plain_sentences_and_promises_nothing():
    answer = contract.decide({**MEDICARE, "modality": "audio"}, rules=RULES)

    assert answer["explanation"] == [
        "You asked about specialist consult, audio, on 2026-12-01.",
        "One rule fits this question.",
        "Rule M02 decides. It says: covered. It holds from 2025-10-01 to 2027-12-31.",
        "The rule asks for this, and we do not know it yet: "
        "practitioner video capable; patient cannot or declines video.",
        "This is not a guarantee of payment.",
    ]


@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_it_always_explains(row):
    explanation = contract.decide(row[1], rules=RULES)["explanation"]

    assert len(explanation) >= 3
    assert explanation[-1] == "This is not a guarantee of payment."
    assert all(sentence.endswith(".") and "%" not in sentence for sentence in explanation)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"dos": None}, "missing_key"),
        ({"today": None}, "missing_key"),
        ({"payer_type": None}, "missing_key"),
        ({"service": None}, "missing_key"),
        ({"modality": None}, "missing_key"),
        ({"dos": "01/12/2026"}, "not_a_date"),
        ({"dos": "20261201"}, "not_a_date"),
        ({"dos": "2026-02-30"}, "not_a_date"),
        ({"dos": 20261201}, "not_a_date"),
        ({"modality": "fax"}, "unknown_value"),
        ({"modality": "*"}, "unknown_value"),
        ({"payer_type": "*"}, "unknown_value"),
        ({"payer_type": ["medicare_ffs"]}, "wrong_type"),
        ({"service": "*"}, "unknown_value"),
        ({"service": "fam:em"}, "unknown_value"),
        ({"site": "moon"}, "unknown_value"),
        ({"relation": "old"}, "unknown_value"),
        ({"elig271": "A"}, "unknown_value"),
        ({"facts": ["rural"]}, "not_an_object"),
        ({"facts": {"rural_originating_area": "yes"}}, "wrong_type"),
        ({"facts": {"rural_originating_area": 1}}, "wrong_type"),
        ({"prior_auth": {"service": "specialist-consult"}}, "missing_key"),
        ({"prior_auth": {"service": "specialist-consult", "from": "soon"}}, "not_a_date"),
        ({"prior_auth": True}, "not_an_object"),
        ({"payertype": "medicaid"}, "unknown_key"),
    ],
)
def test_it_refuses_what_it_cannot_read(change, code):
    with pytest.raises(Malformed) as refused:
        contract.decide({**MEDICARE, **change}, rules=RULES)

    assert refused.value.code == code
    assert refused.value.sentence.endswith(".")


@pytest.mark.parametrize("raw", [[], "text", 7, None])
def test_it_refuses_a_situation_that_is_no_object(raw):
    with pytest.raises(Malformed):
        contract.decide(raw, rules=RULES)


@pytest.mark.parametrize(
    "change",
    [
        {"conditon": ["x"]},
        {"to": "2019-01-01"},
        {"modality": "fax"},
        {"modality": []},
        {"decision": "maybe"},
        {"conditions": ["Rural Area"]},
        {"from": None},
        {"status": "published"},
    ],
)
def test_it_refuses_a_rule_it_cannot_read(change):
    with pytest.raises(Malformed) as refused:
        contract.decide(MEDICARE, rules=[{**RULES[0], **change}])

    assert refused.value.code == "invalid_rules"
    assert "M01" in refused.value.sentence


def test_it_refuses_two_rules_of_one_name():
    with pytest.raises(Malformed):
        contract.decide(MEDICARE, rules=[RULES[0], RULES[0]])
