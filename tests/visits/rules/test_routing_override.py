"""A clinician's own decision (facts.md 1.5, rows H18 and D04), and what a decision keeps of it."""

import pytest

from tests.visits.rules.situations import ask, situation, verdict
from visits.rules import catalogue, routing
from visits.rules.facts import Facts
from visits.rules.findings import Step, Verdict

PHONE_ONLY = {"video": False}


def route(service, **changes):
    return routing.route(Facts.from_dict(situation(service, **changes)), catalogue.load())


@pytest.mark.parametrize(
    ("service", "facts", "reasons"),
    [
        ("toxicity-check", {"exam_due": True}, ["exam_due"]),
        ("psychotherapy", {"private_safe_place": False}, ["no_private_safe_place"]),
        ("psychotherapy", {"comm": {"interpreter": "in_person_only"}}, ["accommodation_only_in_person"]),
        ("psychotherapy", {"comm": {"cognition_impaired": True}}, ["cannot_use_telehealth_unaided"]),
        ("psychotherapy", {"cap": {"phone": False}}, ["no_usable_channel"]),
        ("psychotherapy", {"pref": "in_person"}, ["patient_preference:in_person"]),
        ("psychotherapy", {"coverage": "not_covered"}, ["telehealth_not_covered"]),
        ("psychotherapy", {"coverage": "not_covered", "cannot_travel": True}, ["coverage_vs_access"]),
        ("eol-discussion", {}, ["service_default:in_person"]),
        ("eol-discussion", {"cannot_travel": True}, ["soft_in_person:clinician_must_confirm"]),
        ("new-patient-consult", {}, ["service_default:case"]),
        # The images are asynchronous by default; somebody who decides otherwise takes the video it also has.
        ("skin-image-review", {"pref": "in_person"}, ["patient_preference:in_person"]),
    ],
)
def test_it_takes_video_from_step_five_down_and_keeps_the_reasons_before_it(service, facts, reasons):
    answer = ask(service, override="telehealth", **facts)

    assert verdict(answer) == ("telehealth", "video", None, [*reasons, "clinician_override"])


@pytest.mark.parametrize(
    ("service", "facts", "reasons"),
    [
        ("psychotherapy", {}, ["service_default:telehealth"]),
        ("psychotherapy", {"cap": PHONE_ONLY}, ["service_default:telehealth", "audio_fallback"]),
        ("new-patient-consult", {}, ["service_default:case"]),
        ("eol-discussion", {"pref": "telehealth"}, ["soft_in_person:clinician_must_confirm"]),
        ("skin-image-review", {}, ["service_default:telehealth"]),
    ],
)
def test_it_moves_a_visit_into_the_clinic(service, facts, reasons):
    answer = ask(service, override="in_person", **facts)

    assert verdict(answer) == ("in_person", None, None, [*reasons, "clinician_override"])


@pytest.mark.parametrize(
    ("service", "facts", "override"),
    [
        ("psychotherapy", {}, "telehealth"),
        ("psychotherapy", {"cap": PHONE_ONLY}, "telehealth"),
        ("psychotherapy", {"pref": "audio"}, "telehealth"),
        ("skin-image-review", {}, "telehealth"),
        ("eol-discussion", {}, "in_person"),
        ("lab-draw", {}, "in_person"),
        ("toxicity-check", {"exam_due": True}, "in_person"),
        ("psychotherapy", {"flags": ["jaundice_new"]}, "in_person"),
        # Safety is closed by a triage outcome, not by an override.
        ("psychotherapy", {"flags": ["jaundice_new"]}, "telehealth"),
        ("psychotherapy", {"flags": ["chest_pain_new"]}, "telehealth"),
        ("psychotherapy", {"flags": ["chest_pain_new"]}, "in_person"),
    ],
)
def test_it_adds_nothing_when_the_override_agrees_or_safety_decides(service, facts, override):
    assert ask(service, override=override, **facts) == ask(service, **facts)


def test_it_refuses_to_move_hands_on_care():
    answer = ask("surgery", override="telehealth", location=None)

    assert verdict(answer) == (
        "in_person",
        None,
        None,
        ["hard_constraint:hands_on", "override_refused:hard_constraint"],
    )


def test_it_keeps_the_tasks_of_the_computed_decision():
    answer = ask("psychotherapy", override="in_person", coverage="unknown", comm={"language": "es"}, ambers=1)

    assert set(answer["tasks"]) == {"verify_coverage", "book_interpreter", "clinician_callback_24h"}


def test_it_keeps_the_computed_decision_beside_the_final_one():
    routed = route("psychotherapy", cap=PHONE_ONLY, override="in_person")

    assert (routed.decision, routed.modality, routed.was_overridden) == (Verdict.in_person, "in_person", True)
    assert (routed.computed.verdict, routed.computed_modality) == (Verdict.telehealth, "audio")


def test_it_keeps_the_findings_that_were_overruled():
    routed = route("toxicity-check", exam_due=True, pref="in_person", coverage="not_covered")

    assert [(finding.step, finding.reasons) for finding in routed.overruled] == [
        (Step.preference, ("patient_preference:in_person",)),
        (Step.coverage, ("telehealth_not_covered",)),
        (Step.service_default, ("service_default:telehealth",)),
    ]


def test_it_gives_each_reason_a_sentence_and_a_source():
    routed = route("eol-discussion", override="telehealth")

    assert routed.reasons[0].source.title.startswith("HHS")
    assert routed.reasons[0].text == "This kind of visit is best face to face."
    assert routed.revision == catalogue.load().revision
