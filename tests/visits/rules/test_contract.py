"""Strict reading of a situation (contract.md): nothing unknown slips through."""

import json

import pytest

from oncology_clinic.decisions import Malformed
from tests.visits.rules.situations import ask, situation
from visits.rules import contract
from visits.rules.facts import Capability, Communication, Coverage, Facts, Pain


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"service": "haircut"}, "unknown_service"),
        ({"service": ""}, "wrong_value"),
        ({"service": 3}, "wrong_type"),
        ({"service": None}, "missing_key"),
        ({"weather": "fine"}, "unknown_key"),
        ({"flags": ["tired"]}, "unknown_flag"),
        ({"flags": "jaundice_new"}, "wrong_type"),
        ({"flags": [1]}, "wrong_type"),
        ({"date": "23.11.2026"}, "wrong_value"),
        ({"date": "2026-02-30"}, "wrong_value"),
        ({"date": "20261123"}, "wrong_value"),
        ({"date": 20261123}, "wrong_type"),
        ({"location": "ohio"}, "wrong_value"),
        ({"licensed": "XA"}, "wrong_type"),
        ({"licensed": ["XA", 1]}, "wrong_type"),
        ({"temp_c": "38"}, "wrong_type"),
        ({"temp_c": True}, "wrong_type"),
        ({"temp_c": 101.3}, "wrong_value"),
        ({"temp_c": float("nan")}, "wrong_value"),
        ({"days_since_sact": -1}, "wrong_value"),
        ({"days_since_sact": 1.5}, "wrong_type"),
        ({"anc": -5}, "wrong_value"),
        ({"ambers": True}, "wrong_type"),
        ({"ambers": -1}, "wrong_value"),
        ({"phq9_item9": 4}, "wrong_value"),
        ({"pain": 7}, "wrong_type"),
        ({"pain": {"now": 11}}, "wrong_value"),
        ({"pain": {"now": 6.5}}, "wrong_type"),
        ({"pain": {"worst": 3}}, "unknown_key"),
        ({"pain": {"new": "yes"}}, "wrong_type"),
        ({"exam_due": 1}, "wrong_type"),
        ({"cap": {"video": None}}, "wrong_type"),
        ({"cap": {"camera": True}}, "unknown_key"),
        ({"cap": []}, "wrong_type"),
        ({"comm": {"language": 1}}, "wrong_type"),
        ({"comm": {"deaf_hoh": "true"}}, "wrong_type"),
        ({"schedule": "I"}, "wrong_value"),
        ({"schedule": 2}, "wrong_type"),
        ({"pref": "video"}, "wrong_value"),
        ({"coverage": "maybe"}, "wrong_value"),
        ({"override": "audio"}, "wrong_value"),
        ({"override": ["telehealth"]}, "wrong_type"),
    ],
)
def test_it_refuses_a_malformed_situation_with_a_code_and_a_sentence(changes, code):
    with pytest.raises(Malformed) as refused:
        ask(**({"service": "psychotherapy"} | changes))

    assert refused.value.code == code
    assert refused.value.sentence.endswith(".")


@pytest.mark.parametrize("key", ["coverage", "ambers", "phq9_item9", "private_safe_place"])
def test_it_refuses_null_where_a_default_would_be_a_guess(key):
    with pytest.raises(Malformed) as refused:
        contract.decide(situation("psychotherapy") | {key: None})

    assert refused.value.code == "wrong_type"


@pytest.mark.parametrize("raw", [None, [], "x", 3])
def test_it_refuses_what_is_no_object(raw):
    with pytest.raises(Malformed):
        contract.decide(raw)


def test_it_takes_null_for_what_may_be_unknown():
    unknown = ("temp_c", "days_since_sact", "anc", "schedule", "pref", "override", "pain", "comm", "cap")

    answer = contract.decide(situation("psychotherapy") | dict.fromkeys(unknown))

    assert answer == ask("psychotherapy")


def test_it_has_the_defaults_of_the_contract():
    facts = Facts.from_dict({"service": "psychotherapy"})

    assert facts == Facts(service="psychotherapy")
    assert (facts.cap, facts.pain, facts.comm) == (Capability(), Pain(), Communication())
    assert (facts.coverage, facts.private_safe_place, facts.location) == (Coverage.covered, True, None)


def test_it_reads_a_given_cap_without_video_as_no_video():
    assert Facts.from_dict({"service": "psychotherapy", "cap": {}}).cap == Capability(video=False)


def test_it_answers_with_exactly_the_keys_of_the_contract():
    answer = ask("psychotherapy")

    assert list(answer) == ["decision", "channel", "urgency", "lean", "reasons", "tasks"]
    assert json.loads(json.dumps(answer)) == answer


def test_it_tries_a_policy_before_it_is_made():
    warmer = [{"threshold": {"name": "fever_c", "value": 38.3}}]
    longer = [
        {
            "federal_flexibility": {
                "schedules": ["II", "III", "IV", "V"],
                "from": "2027-01-01",
                "through": "2027-12-31",
                "source": "DEA4",
                "confidence": "memory",
            }
        }
    ]
    feverish = situation("lab-draw", temp_c=38.2, anc=500)
    controlled = situation("medication-management", schedule="II", date="2027-06-01")

    assert contract.decide(feverish)["decision"] == "emergency"
    assert contract.decide(feverish, rules=warmer)["decision"] == "in_person"
    assert contract.decide(controlled)["reasons"] == ["legal:dea_in_person_required"]
    assert contract.decide(controlled, rules=longer)["decision"] == "telehealth"


def test_it_adds_a_service_by_data_alone():
    """Row H11."""
    music = {
        "slug": "music-therapy",
        "label": {"en": "Music therapy", "es": "Musicoterapia"},
        "topic": "support",
        "class": "tele",
        "video": True,
        "audio": "no",
        "exam": False,
        "minutes": 45,
        "stc": ["MH"],
        "source": ["clinic"],
        "confidence": "clinic_policy",
        "basis": "Our own choice",
    }

    answer = contract.decide(situation("music-therapy"), rules=[{"service": music}])

    assert answer["channel"] == "video"


@pytest.mark.parametrize(
    "rules", [["x"], [{}], [{"law": {}}], [{"threshold": {"name": "luck", "value": 1}}], [{"service": {"slug": "x"}}]]
)
def test_it_refuses_rules_it_cannot_read(rules):
    with pytest.raises(Malformed) as refused:
        contract.decide(situation("lab-draw"), rules=rules)

    assert refused.value.code == "malformed_rules"
