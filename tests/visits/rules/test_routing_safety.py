"""Emergencies, red flags, ambers and duties (facts.md 1.4, 1.5 steps 1 and 2)."""

import pytest

from tests.visits.rules.situations import ask
from visits.rules.facts import EmergencyFlag, RedFlag

FEVER = "emergency:fever_neutropenia_risk"
NAMED = sorted(set(EmergencyFlag) - {EmergencyFlag.fever_neutropenia_risk})


@pytest.mark.parametrize(
    ("facts", "is_emergency"),
    [
        ({"temp_c": 38.0, "days_since_sact": 42}, True),
        ({"temp_c": 37.9, "days_since_sact": 42}, False),
        ({"temp_c": 38.0, "days_since_sact": 43}, False),
        ({"temp_c": 38.0, "days_since_sact": 0}, True),
        ({"temp_c": 38.0, "anc": 999}, True),
        ({"temp_c": 38.0, "anc": 1000}, False),
        ({"temp_c": 38.0, "anc": 0}, True),
        ({"temp_c": 38.0, "transplant_or_heme": True}, True),
        ({"temp_c": 38.0}, False),
        ({"days_since_sact": 1, "anc": 10, "transplant_or_heme": True}, False),
    ],
)
def test_it_calls_a_fever_an_emergency_only_with_a_risk_of_neutropenia(facts, is_emergency):
    answer = ask("nutrition-counseling", **facts)

    assert (answer["reasons"] == [FEVER]) is is_emergency
    assert (answer["decision"] == "emergency") is is_emergency


@pytest.mark.parametrize("flag", NAMED)
def test_it_stops_at_once_for_each_emergency_flag(flag):
    answer = ask("psychotherapy", flags=[flag])

    assert answer == {
        "decision": "emergency",
        "channel": None,
        "urgency": "now",
        "lean": None,
        "reasons": [f"emergency:{flag}"],
        "tasks": ["emergency_script"],
    }


def test_it_lists_all_emergencies_in_alphabetical_order_and_fever_last():
    answer = ask("lab-draw", flags=[*reversed(NAMED), "jaundice_new"], temp_c=39, anc=200)

    assert answer["reasons"] == [*(f"emergency:{flag}" for flag in NAMED), FEVER]


def test_it_takes_a_reported_fever_flag_once_and_last():
    answer = ask("lab-draw", flags=["fever_neutropenia_risk", "uncontrolled_bleeding"], temp_c=38.5, days_since_sact=2)

    assert answer["reasons"] == ["emergency:uncontrolled_bleeding", FEVER]


def test_it_keeps_nothing_but_the_script_in_an_emergency():
    answer = ask(
        "eol-discussion",
        flags=["suicide_plan_or_intent"],
        phq9_item9=3,
        pain={"now": 8},
        ambers=2,
        comm={"language": "es", "deaf_hoh": True},
        coverage="unknown",
        location=None,
        override="telehealth",
    )

    assert answer["tasks"] == ["emergency_script"]
    assert answer["reasons"] == ["emergency:suicide_plan_or_intent"]


@pytest.mark.parametrize("flag", sorted(RedFlag))
def test_it_brings_the_patient_in_today_for_each_red_flag(flag):
    answer = ask("nutrition-counseling", flags=[flag], pref="telehealth")

    assert answer == {
        "decision": "in_person",
        "channel": None,
        "urgency": "same_day",
        "lean": None,
        "reasons": [f"urgent:{flag}"],
        "tasks": [],
    }


@pytest.mark.parametrize(
    ("pain", "reasons", "tasks"),
    [
        ({"now": 7, "new": True}, ["urgent:severe_pain_new_or_worse"], []),
        ({"now": 6, "new": True}, None, ["pain_plan_at_visit"]),
        ({"now": 7, "baseline": 5}, ["urgent:severe_pain_new_or_worse"], []),
        ({"now": 7, "baseline": 6}, None, ["pain_contact_24h"]),
        ({"now": 6, "baseline": 0}, None, ["pain_plan_at_visit"]),
        ({"now": 10}, None, ["pain_contact_24h"]),
        ({"now": 10, "baseline": 10, "new": True}, ["urgent:severe_pain_new_or_worse"], []),
        ({"now": 7, "baseline": 9}, None, ["pain_contact_24h"]),
        ({"now": 4}, None, ["pain_plan_at_visit"]),
        ({"now": 3, "new": True}, None, []),
        ({"now": 0}, None, []),
        ({"new": True}, None, []),
        ({"baseline": 2}, None, []),
        ({}, None, []),
    ],
)
def test_it_tells_new_severe_pain_from_pain_at_its_baseline(pain, reasons, tasks):
    answer = ask("palliative-followup", pain=pain)

    assert answer["reasons"] == (reasons or ["service_default:telehealth"])
    assert answer["tasks"] == tasks
    assert answer["urgency"] == ("same_day" if reasons else "routine")


@pytest.mark.parametrize(
    ("facts", "is_red", "tasks"),
    [
        ({"ambers": 0}, False, []),
        ({"ambers": 1}, False, ["clinician_callback_24h"]),
        ({"ambers": 2}, True, []),
        ({"ambers": 5}, True, []),
        ({"ambers": 1, "temp_c": 38.0}, True, []),
        ({"ambers": 1, "temp_c": 37.9}, False, ["clinician_callback_24h"]),
        ({"temp_c": 38.0}, False, ["clinician_callback_24h"]),
    ],
)
def test_it_calls_back_for_one_amber_and_brings_in_for_two(facts, is_red, tasks):
    answer = ask("survivorship-followup", **facts)

    assert (answer["reasons"] == ["urgent:two_or_more_amber"]) is is_red
    assert answer["tasks"] == tasks


def test_it_lists_all_red_reasons_flags_first_then_pain_then_ambers():
    answer = ask(
        "toxicity-check",
        flags=["unilateral_leg_swelling_new", "diarrhea_ge7"],
        pain={"now": 9, "new": True},
        ambers=1,
        temp_c=38.4,
    )

    assert answer["reasons"] == [
        "urgent:diarrhea_ge7",
        "urgent:unilateral_leg_swelling_new",
        "urgent:severe_pain_new_or_worse",
        "urgent:two_or_more_amber",
    ]


def test_it_keeps_the_tasks_found_before_a_red_flag_but_no_callback():
    answer = ask(
        "toxicity-check",
        flags=["jaundice_new"],
        ambers=1,
        phq9_item9=2,
        pain={"now": 5},
        comm={"language": "es", "deaf_hoh": True},
        coverage="unknown",
        exam_due=True,
        exam_booked_within_7d=True,
    )

    assert answer["reasons"] == ["urgent:jaundice_new"]
    assert set(answer["tasks"]) == {
        "suicide_risk_assessment_same_day",
        "pain_plan_at_visit",
        "book_interpreter",
        "arrange_communication_aid",
    }


@pytest.mark.parametrize(
    ("item9", "tasks"), [(0, []), (1, ["suicide_risk_assessment_same_day"]), (3, ["suicide_risk_assessment_same_day"])]
)
def test_it_assesses_suicide_risk_the_same_day_and_never_forces_travel(item9, tasks):
    answer = ask("psychotherapy", phq9_item9=item9)

    assert (answer["decision"], answer["urgency"], answer["tasks"]) == ("telehealth", "routine", tasks)


def test_it_brings_in_for_a_red_flag_before_it_looks_at_hands_on_care_or_law():
    hard = ask("lab-draw", flags=["jaundice_new"], override="telehealth")
    abroad = ask("toxicity-check", flags=["jaundice_new"], location=None, override="telehealth")

    assert hard["reasons"] == abroad["reasons"] == ["urgent:jaundice_new"]
    assert hard["urgency"] == abroad["urgency"] == "same_day"


@pytest.mark.parametrize("service", ["expert-review", "tumor-board", "remote-monitoring-review"])
def test_it_asks_no_patient_questions_where_no_patient_is_seen(service):
    answer = ask(
        service,
        flags=["chest_pain_new", "jaundice_new"],
        temp_c=39,
        anc=100,
        ambers=3,
        phq9_item9=3,
        pain={"now": 9, "new": True},
        comm={"language": "es", "deaf_hoh": True},
    )

    assert (answer["decision"], answer["urgency"], answer["tasks"]) == ("telehealth", "routine", [])


@pytest.mark.parametrize("service", ["caregiver-training", "caregiver-assessment"])
def test_it_keeps_emergencies_for_services_to_caregivers(service):
    assert ask(service, flags=["chest_pain_new"])["decision"] == "emergency"


@pytest.mark.parametrize(
    ("comm", "tasks"),
    [
        ({"language": "es"}, ["book_interpreter"]),
        ({"language": "en"}, []),
        ({"language": "en-US"}, []),
        ({"deaf_hoh": True}, ["arrange_communication_aid"]),
        ({"deaf_hoh": True, "relay_or_caption": True}, ["arrange_communication_aid"]),
        ({"relay_or_caption": True}, []),
        ({}, []),
    ],
)
@pytest.mark.parametrize("service", ["psychotherapy", "lab-draw", "eol-discussion", "new-patient-consult"])
def test_it_owes_communication_aids_whatever_the_modality_and_never_moves_a_visit_for_them(comm, tasks, service):
    answer = ask(service, comm=comm)

    assert answer["tasks"] == tasks
    assert answer["reasons"] == ask(service)["reasons"]
