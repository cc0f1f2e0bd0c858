"""Examination, capability, preference, coverage and the defaults (facts.md 1.5 steps 5 to 9)."""

import pytest

from tests.visits.rules.situations import ask, verdict
from visits.rules import catalogue
from visits.rules.catalogue import Audio, ServiceClass

SERVICES = catalogue.load().services
TELE = ("telehealth", "video", None, ["service_default:telehealth"])
PHONE_ONLY = {"video": False}
NO_PHONE_NO_VIDEO = {"video": False, "phone": False}


def of(kind):
    return sorted(slug for slug, service in SERVICES.items() if service.kind is kind)


@pytest.mark.parametrize("service", of(ServiceClass.tele))
def test_it_offers_telehealth_by_default(service):
    """Rows H02 to H05, H07 to H10, A02, A05 to A07, A24 to A26, A32 to A40."""
    answer = ask(service)

    assert answer["decision"] == "telehealth"
    assert answer["channel"] == ("async" if service == "skin-image-review" else "video")
    assert answer["reasons"] == ["service_default:telehealth"]


@pytest.mark.parametrize("service", of(ServiceClass.soft))
@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, ("in_person", None, None, ["service_default:in_person"])),
        ({"pref": "telehealth"}, ("case_decision", None, "in_person", ["soft_in_person:clinician_must_confirm"])),
        ({"pref": "audio"}, ("case_decision", None, "in_person", ["soft_in_person:clinician_must_confirm"])),
        ({"barrier": True}, ("case_decision", None, "in_person", ["soft_in_person:clinician_must_confirm"])),
        ({"cannot_travel": True}, ("case_decision", None, "telehealth", ["soft_in_person:clinician_must_confirm"])),
        (
            {"cannot_travel": True, "pref": "telehealth", "barrier": True},
            ("case_decision", None, "telehealth", ["soft_in_person:clinician_must_confirm"]),
        ),
        ({"pref": "in_person"}, ("in_person", None, None, ["patient_preference:in_person"])),
        ({"cap": NO_PHONE_NO_VIDEO}, ("in_person", None, None, ["no_usable_channel"])),
    ],
)
def test_it_never_makes_a_soft_service_telehealth_by_itself(service, facts, expected):
    """Row H17."""
    assert verdict(ask(service, **facts)) == expected


@pytest.mark.parametrize("service", of(ServiceClass.case))
@pytest.mark.parametrize(
    "facts", [{}, {"pref": "telehealth"}, {"pref": "audio"}, {"cannot_travel": True}, {"barrier": True}]
)
def test_it_leaves_a_case_to_a_clinician_with_the_lean_of_the_catalogue(service, facts):
    expected = ("case_decision", None, str(SERVICES[service].lean), ["service_default:case"])

    assert verdict(ask(service, **facts)) == expected


@pytest.mark.parametrize(
    ("service", "facts", "reasons", "tasks"),
    [
        ("toxicity-check", {}, ["exam_due"], []),
        ("toxicity-check", {"exam_booked_within_7d": True}, ["service_default:telehealth"], ["keep_paired_exam"]),
        ("toxicity-check", {"cannot_travel": True}, ["exam_due"], []),
        ("nutrition-counseling", {}, ["service_default:telehealth"], []),
        ("nutrition-counseling", {"exam_booked_within_7d": True}, ["service_default:telehealth"], []),
        ("new-patient-consult", {}, ["exam_due"], []),
        ("rehab-evaluation", {}, ["exam_due"], []),
        ("rehab-evaluation", {"exam_booked_within_7d": True}, ["service_default:in_person"], ["keep_paired_exam"]),
        ("eol-discussion", {}, ["service_default:in_person"], []),
    ],
)
def test_it_asks_for_a_due_exam_only_where_the_service_depends_on_it(service, facts, reasons, tasks):
    answer = ask(service, exam_due=True, **facts)

    assert (answer["reasons"], answer["tasks"]) == (reasons, tasks)


def test_it_pairs_nothing_when_no_exam_is_due():
    assert ask("toxicity-check", exam_booked_within_7d=True)["tasks"] == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"private_safe_place": False}, ("in_person", None, None, ["no_private_safe_place"])),
        (
            {"comm": {"interpreter": "in_person_only"}},
            ("in_person", None, None, ["accommodation_only_in_person"]),
        ),
        ({"comm": {"interpreter": "remote"}}, TELE),
        (
            {"comm": {"cognition_impaired": True}},
            ("case_decision", None, "in_person", ["cannot_use_telehealth_unaided"]),
        ),
        ({"comm": {"cognition_impaired": True, "helper": True}}, TELE),
        ({"comm": {"helper": True}}, TELE),
        ({"cap": NO_PHONE_NO_VIDEO}, ("in_person", None, None, ["no_usable_channel"])),
        ({"cap": {}}, ("telehealth", "audio", None, ["service_default:telehealth", "audio_fallback"])),
        ({"cap": {"video": True}}, TELE),
        (
            {"cap": {"video": True, "bandwidth": False}},
            ("telehealth", "audio", None, ["service_default:telehealth", "audio_fallback"]),
        ),
        ({"cap": {"video": True, "phone": False}}, TELE),
        (
            {"cap": {"video": True, "bandwidth": False, "phone": False}},
            ("in_person", None, None, ["no_usable_channel"]),
        ),
        ({"cap": PHONE_ONLY, "comm": {"deaf_hoh": True}}, ("in_person", None, None, ["no_usable_channel"])),
        (
            {"cap": PHONE_ONLY, "comm": {"deaf_hoh": True, "relay_or_caption": True}},
            ("telehealth", "audio", None, ["service_default:telehealth", "audio_fallback"]),
        ),
        ({"comm": {"deaf_hoh": True}}, TELE),
        ({"comm": {"deaf_hoh": True}, "pref": "audio"}, TELE),
        ({"pref": "audio"}, ("telehealth", "audio", None, ["service_default:telehealth"])),
        ({"pref": "audio", "cap": PHONE_ONLY}, ("telehealth", "audio", None, ["service_default:telehealth"])),
        ({"pref": "audio", "cap": {"video": True, "phone": False}}, TELE),
        ({"pref": "telehealth"}, TELE),
        ({"pref": "in_person"}, ("in_person", None, None, ["patient_preference:in_person"])),
        (
            {"private_safe_place": False, "comm": {"interpreter": "in_person_only", "cognition_impaired": True}},
            ("in_person", None, None, ["no_private_safe_place"]),
        ),
        (
            {"comm": {"interpreter": "in_person_only", "cognition_impaired": True}, "cap": NO_PHONE_NO_VIDEO},
            ("in_person", None, None, ["accommodation_only_in_person"]),
        ),
        (
            {"comm": {"cognition_impaired": True}, "cap": NO_PHONE_NO_VIDEO, "pref": "in_person"},
            ("case_decision", None, "in_person", ["cannot_use_telehealth_unaided"]),
        ),
        (
            {"cap": NO_PHONE_NO_VIDEO, "pref": "in_person", "coverage": "not_covered"},
            ("in_person", None, None, ["no_usable_channel"]),
        ),
    ],
)
def test_it_weighs_place_aid_help_channel_and_wish_in_that_order(facts, expected):
    """Row A10. `psychotherapy` allows audio without conditions."""
    assert verdict(ask("psychotherapy", **facts)) == expected


@pytest.mark.parametrize("service", ["exercise-counseling", "new-patient-consult", "serious-news"])
def test_it_has_no_channel_where_the_service_refuses_audio(service):
    assert verdict(ask(service, cap=PHONE_ONLY)) == ("in_person", None, None, ["no_usable_channel"])


@pytest.mark.parametrize(
    "service", sorted(slug for slug in of(ServiceClass.tele) if SERVICES[slug].audio is Audio.cond)
)
@pytest.mark.parametrize(
    ("facts", "is_allowed"),
    [
        ({}, True),
        ({"pain": {"now": 3}}, True),
        ({"pain": {"now": 4}}, False),
        ({"pain": {"now": 7, "baseline": 7}}, False),
        ({"new_patient": True}, False),
        ({"serious": True}, False),
        ({"exam_due": True, "exam_booked_within_7d": True}, True),
    ],
)
def test_it_allows_conditional_audio_only_to_the_known_the_comfortable_and_the_unworried(service, facts, is_allowed):
    asked = ask(service, pref="audio", **facts)
    fallback = ask(service, cap=PHONE_ONLY, **facts)

    assert asked["channel"] == ("audio" if is_allowed else "video")
    assert fallback["reasons"] == (
        ["service_default:telehealth", "audio_fallback"] if is_allowed else ["no_usable_channel"]
    )


@pytest.mark.parametrize("facts", [{"pain": {"now": 9, "baseline": 9}}, {"new_patient": True}, {"serious": True}])
def test_it_puts_no_conditions_on_services_that_allow_audio(facts):
    assert ask("psychotherapy", pref="audio", **facts)["channel"] == "audio"


@pytest.mark.parametrize(
    "facts", [{"cap": NO_PHONE_NO_VIDEO}, {"pref": "audio"}, {"schedule": "II"}, {"serious": True}]
)
def test_it_answers_async_for_images_without_camera_or_phone(facts):
    assert verdict(ask("skin-image-review", **facts)) == ("telehealth", "async", None, ["service_default:telehealth"])


@pytest.mark.parametrize(
    ("facts", "expected", "tasks"),
    [
        ({"coverage": "covered"}, TELE, []),
        ({"coverage": "covered", "self_pay_ack": True}, TELE, []),
        ({"coverage": "unknown"}, TELE, ["verify_coverage"]),
        ({"coverage": "unknown", "self_pay_ack": True, "cannot_travel": True}, TELE, ["verify_coverage"]),
        ({"coverage": "pa_missing"}, TELE, ["obtain_prior_auth"]),
        ({"coverage": "not_covered"}, ("in_person", None, None, ["telehealth_not_covered"]), []),
        ({"coverage": "not_covered", "barrier": True}, ("in_person", None, None, ["telehealth_not_covered"]), []),
        ({"coverage": "not_covered", "self_pay_ack": True}, TELE, ["good_faith_estimate"]),
        (
            {"coverage": "not_covered", "cannot_travel": True},
            ("case_decision", None, "telehealth", ["coverage_vs_access"]),
            [],
        ),
        ({"coverage": "not_covered", "self_pay_ack": True, "cannot_travel": True}, TELE, ["good_faith_estimate"]),
        ({"coverage": "unknown", "pref": "in_person"}, ("in_person", None, None, ["patient_preference:in_person"]), []),
    ],
)
def test_it_moves_a_visit_for_coverage_only_when_it_is_surely_not_covered(facts, expected, tasks):
    """Rows A43, D04: unknown coverage is work for staff and never a place."""
    answer = ask("nutrition-counseling", **facts)

    assert verdict(answer) == expected
    assert answer["tasks"] == tasks


@pytest.mark.parametrize("service", ["eol-discussion", "advance-care-planning"])
def test_it_looks_at_coverage_before_the_default_of_soft_and_case_services(service):
    assert ask(service, coverage="not_covered")["reasons"] == ["telehealth_not_covered"]
    assert ask(service, coverage="not_covered", cannot_travel=True)["reasons"] == ["coverage_vs_access"]
    assert ask(service, coverage="unknown")["tasks"] == ["verify_coverage"]
    assert ask(service, coverage="not_covered", self_pay_ack=True)["tasks"] == ["good_faith_estimate"]
