"""What each set of answers comes to: tables on both sides of every threshold, in the words of the contract."""

import json
from pathlib import Path

import pytest

from oncology_clinic.decisions import Malformed
from screening.rules.contract import decide

CASES = Path(__file__).parents[2] / "cases" / "screening.jsonl"
WORKED = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines() if line.strip()]


def out(instrument, answers, **context):
    return decide({"instrument": instrument, "answers": answers, "context": context})


@pytest.mark.parametrize("case", WORKED, ids=[case["id"] for case in WORKED])
def test_it_answers_the_worked_situations_to_the_letter(case):
    assert decide(case["in"]) == case["out"]


@pytest.mark.parametrize(
    ("pain", "context", "band", "actions"),
    [
        (0, {}, "none", []),
        (1, {}, "mild", []),
        (3, {"new": True, "baseline": 0}, "mild", []),
        (4, {}, "moderate", ["pain_plan_of_care"]),
        (6, {"new": True}, "moderate", ["pain_plan_of_care"]),
        (6, {"baseline": 0}, "moderate", ["pain_plan_of_care"]),
        (7, {}, "severe", ["clinician_contact_24h"]),
        (7, {"new": False, "baseline": 6}, "severe", ["clinician_contact_24h"]),
        (7, {"baseline": 5.5}, "severe", ["clinician_contact_24h"]),
        (7, {"baseline": 5}, "severe", ["same_day_in_person"]),
        (7, {"new": True, "baseline": 7}, "severe", ["same_day_in_person"]),
        (10, {"baseline": None, "new": None}, "severe", ["clinician_contact_24h"]),
        (10, {"who": "caregiver", "new": True}, "severe", ["same_day_in_person"]),
    ],
)
def test_pain_gives_the_highest_step_it_reaches_and_no_other(pain, context, band, actions):
    assert out("nrs-pain", [pain], **context) == {"score": pain, "band": band, "actions": actions}


@pytest.mark.parametrize(
    ("value", "band", "actions"),
    [(0, "below_cutoff", []), (3, "below_cutoff", []), (4, "elevated", ["psychosocial_review"])],
)
def test_distress_is_elevated_from_four(value, band, actions):
    assert out("distress-0-10", [value]) == {"score": value, "band": band, "actions": actions}


@pytest.mark.parametrize("instrument", ["nrs-pain", "distress-0-10"])
def test_an_unanswered_single_question_is_asked_again_and_is_not_a_zero(instrument):
    assert out(instrument, [None]) == {"score": None, "band": "not_scored", "actions": ["ask_again"]}


@pytest.mark.parametrize(
    ("answers", "baseline", "score", "actions"),
    [
        ([3, 4, 4], None, 3.7, []),
        ([3, 3, 4], None, 3.3, []),
        ([4, 4, 5], 6.0, 4.3, []),  # 28 %
        ([4, 4, 4], 5.7, 4.0, []),  # 29.8 %
        ([4, 4, 5], 6.2, 4.3, ["meaningful_improvement"]),  # 30.6 %
        ([7, 7, 7], 10, 7.0, ["meaningful_improvement"]),  # 30 % exactly
        ([2, 3, 3], 3.8, 2.7, []),  # 28.9 % from the rounded score; 29.8 % unrounded
        ([0, 0, 0], 0, 0.0, []),
        ([10, 10, 10], 3, 10.0, []),
        # 2.666 would be 30.02 % below 3.81; the rounded 2.7 is 29.1 %
        ([2, 3, 3], 3.81, 2.7, []),
        # 3.333 would be 29.8 % below 4.75; the rounded 3.3 is 30.5 %
        ([3, 3, 4], 4.75, 3.3, ["meaningful_improvement"]),
    ],
)
def test_peg_is_a_mean_to_one_decimal_and_judges_improvement_from_it(answers, baseline, score, actions):
    assert out("peg", answers, baseline=baseline) == {"score": score, "band": None, "actions": actions}


def test_peg_needs_all_three():
    assert out("peg", [3, None, 4], baseline=9) == {
        "score": None,
        "band": "not_scored",
        "actions": ["complete_missing"],
    }


@pytest.mark.parametrize(
    ("answers", "score", "band", "actions"),
    [
        ([0, 0], 0, "negative", []),
        ([1, 1], 2, "negative", []),
        ([2, 0], 2, "positive", ["administer_phq9"]),
        ([1, 2], 3, "positive", ["administer_phq9"]),
        ([None, 1], None, "not_scored", ["complete_missing"]),
        ([None, 2], None, "positive", ["administer_phq9"]),
        ([3, None], None, "positive", ["administer_phq9"]),
        ([None, None], None, "not_scored", ["complete_missing"]),
    ],
)
def test_phq2_is_positive_from_three_or_from_one_item_of_two(answers, score, band, actions):
    assert out("phq2", answers) == {"score": score, "band": band, "actions": actions}


@pytest.mark.parametrize(
    ("answers", "score", "band", "actions"),
    [
        ([2, 0], 2, "negative", []),
        ([2, 1], 3, "positive", ["administer_gad7"]),
        ([3, None], None, "not_scored", ["complete_missing"]),
        ([None, None], None, "not_scored", ["complete_missing"]),
    ],
)
def test_gad2_has_no_single_item_rule(answers, score, band, actions):
    assert out("gad2", answers) == {"score": score, "band": band, "actions": actions}


def phq9(total):
    """Eight items that sum to this (up to 24), and a ninth of 0 unless more is needed."""
    answers = []
    for _ in range(9):
        answers.append(min(3, total - sum(answers)))
    return answers


@pytest.mark.parametrize(
    ("total", "band", "onc_band", "actions"),
    [
        (0, "minimal", "none_mild", []),
        (4, "minimal", "none_mild", []),
        (5, "mild", "none_mild", []),
        (7, "mild", "none_mild", []),
        (8, "mild", "moderate", ["psychosocial_referral"]),
        (9, "mild", "moderate", ["psychosocial_referral"]),
        (10, "moderate", "moderate", ["psychosocial_referral"]),
        (14, "moderate", "moderate", ["psychosocial_referral"]),
        (15, "moderately_severe", "moderate_to_severe", ["mental_health_referral"]),
        (19, "moderately_severe", "moderate_to_severe", ["mental_health_referral"]),
        (20, "severe", "severe", ["mental_health_referral_urgent"]),
        (24, "severe", "severe", ["mental_health_referral_urgent"]),
        (27, "severe", "severe", ["suicide_risk_assessment_same_day", "mental_health_referral_urgent"]),
    ],
)
def test_phq9_refers_by_its_oncology_band(total, band, onc_band, actions):
    assert out("phq9", phq9(total)) == {
        "score": total,
        "prorated": False,
        "band": band,
        "onc_band": onc_band,
        "actions": actions,
    }


@pytest.mark.parametrize(
    ("answers", "score", "actions"),
    [
        ([0, 0, 0, 0, 0, 0, 0, 0, 0], 0, []),
        ([1, 1, 1, 1, 0, 0, 0, None, 0], 5, []),  # 4.5 is 5: half up
        ([1, 1, 1, 1, 1, 1, 1, None, None], 9, ["ask_item9_same_day", "psychosocial_referral"]),
        ([None, None, 0, 0, 0, 0, 0, 0, 3], 4, ["suicide_risk_assessment_same_day"]),  # 3.86
        ([None, None, None, 3, 3, 3, 3, 3, 0], None, ["complete_missing"]),
        ([None, None, None, 3, 3, 3, 3, 3, 1], None, ["suicide_risk_assessment_same_day", "complete_missing"]),
        ([None, None, 3, 3, 3, 3, 3, 3, None], None, ["ask_item9_same_day", "complete_missing"]),
        ([None] * 9, None, ["ask_item9_same_day", "complete_missing"]),
    ],
)
def test_phq9_acts_on_item_nine_first_and_prorates_at_most_two(answers, score, actions):
    decided = out("phq9", answers)

    assert (decided["score"], decided["actions"]) == (score, actions)
    assert decided["prorated"] is (score is not None and None in answers)
    assert (decided["onc_band"] == "not_scored") is (score is None)
    assert (decided["band"] == "not_scored") is (score is None)


@pytest.mark.parametrize(
    ("answers", "score", "prorated", "band", "actions"),
    [
        ([1, 1, 1, 1, 0, 0, 0], 4, False, "minimal", []),
        ([1, 1, 1, 1, 1, 0, 0], 5, False, "mild", []),
        ([3, 3, 3, 0, 0, 0, 0], 9, False, "mild", []),
        ([3, 3, 3, 1, 0, 0, 0], 10, False, "moderate", ["psychosocial_referral"]),
        ([3, 3, 3, 3, 2, 0, 0], 14, False, "moderate", ["psychosocial_referral"]),
        ([3, 3, 3, 3, 3, 0, 0], 15, False, "severe", ["mental_health_referral"]),
        ([3, 3, 3, 3, 3, 3, 3], 21, False, "severe", ["mental_health_referral"]),
        ([1, 1, 1, 0, 0, 0, None], 4, True, "minimal", []),  # 3.5 is 4: half up
        ([3, 3, 3, 0, 0, 0, None], 11, True, "moderate", ["psychosocial_referral"]),  # 10.5
        ([3, 3, 3, 3, 3, None, None], None, False, "not_scored", ["complete_missing"]),
    ],
)
def test_gad7_prorates_one_and_refers_from_ten_and_fifteen(answers, score, prorated, band, actions):
    assert out("gad7", answers) == {"score": score, "prorated": prorated, "band": band, "actions": actions}


@pytest.mark.parametrize(
    ("answers", "score", "band", "anxiety", "depression", "actions"),
    [
        ([0, 0, 0, 0], 0, "none", 0, 0, []),
        ([1, 0, 1, 0], 2, "none", 1, 1, []),
        ([1, 1, 1, 0], 3, "mild", 2, 1, []),
        ([2, 0, 2, 0], 4, "mild", 2, 2, []),
        ([3, 0, 2, 0], 5, "mild", 3, 2, ["administer_gad7"]),
        ([2, 0, 1, 2], 5, "mild", 2, 3, ["administer_phq9"]),
        ([3, 0, 3, 0], 6, "moderate", 3, 3, ["administer_gad7", "administer_phq9"]),
        ([2, 2, 2, 2], 8, "moderate", 4, 4, ["administer_gad7", "administer_phq9"]),
        ([3, 2, 2, 2], 9, "severe", 5, 4, ["administer_gad7", "administer_phq9"]),
        ([3, 3, None, 3], None, "not_scored", 6, None, ["administer_gad7", "complete_missing"]),
        ([1, 1, None, 3], None, "not_scored", 2, None, ["complete_missing"]),
        ([None] * 4, None, "not_scored", None, None, ["complete_missing"]),
    ],
)
def test_phq4_has_a_total_of_four_and_two_subscores_of_two(answers, score, band, anxiety, depression, actions):
    assert out("phq4", answers) == {
        "score": score,
        "band": band,
        "anxiety": anxiety,
        "depression": depression,
        "actions": actions,
    }


@pytest.mark.parametrize(
    ("answers", "score", "physical", "emotional", "actions"),
    [
        ([3] * 9, 27, 18, 6, []),
        ([4] + [0] * 8, 4, 4, 0, ["review_at_visit"]),
        ([6] * 9, 54, 36, 12, ["review_at_visit"]),
        ([6] * 8 + [7], 55, 36, 12, ["clinician_contact_24h"]),
        ([0] * 9 + [7], 0, 0, 0, ["clinician_contact_24h"]),  # the tenth stays out of totals, not out of care
        ([0] * 9 + [4], 0, 0, 0, ["review_at_visit"]),
        ([0] * 9 + [None], 0, 0, 0, []),
        ([0] * 8 + [None], None, 0, 0, ["complete_missing"]),
        ([8] + [0] * 6 + [None, 0], None, 8, None, ["clinician_contact_24h", "complete_missing"]),
        ([None, 4] + [0] * 7, None, None, 0, ["review_at_visit", "complete_missing"]),
        ([None] * 9, None, None, None, ["complete_missing"]),
        ([None] * 9 + [9], None, None, None, ["clinician_contact_24h", "complete_missing"]),
    ],
)
def test_esas_bands_each_item_and_accepts_a_tenth(answers, score, physical, emotional, actions):
    decided = out("esas-r", answers)

    assert (decided["score"], decided["physical"], decided["emotional"]) == (score, physical, emotional)
    assert decided["actions"] == actions
    assert "band" not in decided
    assert [band is None for band in decided["bands"]] == [answer is None for answer in answers]


def test_esas_bands_stand_on_both_sides_of_each_cut():
    assert out("esas-r", [0, 1, 3, 4, 6, 7, 10, 0, 0])["bands"] == [
        "none",
        "mild",
        "mild",
        "moderate",
        "moderate",
        "severe",
        "severe",
        "none",
        "none",
    ]


@pytest.mark.parametrize(
    ("total", "band", "actions"),
    [
        (0, "none_mild", []),
        (10, "none_mild", []),
        (11, "mild_moderate", ["caregiver_check_in"]),
        (20, "mild_moderate", ["caregiver_check_in"]),
        (21, "high", ["caregiver_support_referral"]),
        (48, "high", ["caregiver_support_referral"]),
    ],
)
def test_zbi12_bands_and_actions(total, band, actions):
    answers = [total // 12 + (1 if index < total % 12 else 0) for index in range(12)]

    assert out("zbi12", answers) == {"score": total, "band": band, "actions": actions}


def test_mcsi_is_a_trend_without_a_cut_off():
    assert out("mcsi", [2] * 13) == {"score": 26, "band": None, "actions": []}


@pytest.mark.parametrize(("instrument", "count"), [("zbi12", 12), ("mcsi", 13)])
def test_the_caregiver_packs_need_every_answer(instrument, count):
    decided = out(instrument, [1] * (count - 1) + [None])

    assert decided == {"score": None, "band": "not_scored", "actions": ["complete_missing"]}


@pytest.mark.parametrize(
    ("instrument", "answers", "error"),
    [
        ("nrs-pain", [11], "out_of_range"),
        ("nrs-pain", [-1], "out_of_range"),
        ("nrs-pain", [True], "out_of_range"),
        ("nrs-pain", [4.0], "out_of_range"),
        ("nrs-pain", ["4"], "out_of_range"),
        ("nrs-pain", [[4]], "out_of_range"),
        ("nrs-pain", [], "wrong_length"),
        ("nrs-pain", [99, 99], "wrong_length"),  # length is reported before range
        ("phq2", [4, None], "out_of_range"),
        ("phq4", [0, 0, 0], "wrong_length"),
        ("phq9", [0] * 8, "wrong_length"),
        ("phq9", [0] * 10, "wrong_length"),
        ("phq9", [0] * 8 + [4], "out_of_range"),
        ("gad7", [None] * 8, "wrong_length"),
        ("esas-r", [0] * 8, "wrong_length"),
        ("esas-r", [0] * 11, "wrong_length"),
        ("esas-r", [0] * 9 + [11], "out_of_range"),
        ("zbi12", [5] + [0] * 11, "out_of_range"),
        ("mcsi", [3] + [0] * 12, "out_of_range"),
    ],
)
def test_unreadable_answers_are_an_answer(instrument, answers, error):
    assert out(instrument, answers) == {"error": error}


@pytest.mark.parametrize(
    ("situation", "code"),
    [
        ([], "not_an_object"),
        ({}, "unknown_instrument"),
        ({"instrument": "promis", "answers": [1]}, "unknown_instrument"),
        ({"instrument": ["phq9"], "answers": [1]}, "unknown_instrument"),
        ({"instrument": "phq9"}, "answers_not_a_list"),
        ({"instrument": "phq9", "answers": "000000000"}, "answers_not_a_list"),
        ({"instrument": "nrs-pain", "answers": [1], "context": []}, "context_not_an_object"),
        ({"instrument": "nrs-pain", "answers": [1], "context": {"new": "yes"}}, "new_not_yes_or_no"),
        ({"instrument": "nrs-pain", "answers": [1], "context": {"baseline": True}}, "baseline_not_a_number"),
        ({"instrument": "nrs-pain", "answers": [1], "context": {"baseline": float("nan")}}, "baseline_not_a_number"),
    ],
)
def test_a_situation_that_cannot_be_read_says_which_part(situation, code):
    with pytest.raises(Malformed) as refused:
        decide(situation)

    assert refused.value.code == code
    assert refused.value.sentence
