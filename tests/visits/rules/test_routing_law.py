"""The nature of the service and the law (facts.md 1.5 steps 3 and 4, 2.4)."""

import pytest

from tests.visits.rules.situations import ask, verdict
from visits.rules import catalogue
from visits.rules.catalogue import ServiceClass

SERVICES = catalogue.load().services
HARD = sorted(slug for slug, service in SERVICES.items() if service.kind is ServiceClass.hard)
DEA = "legal:dea_in_person_required"
STATE = "legal:state_controlled_substance_rule"
NOWHERE = "legal:not_authorized_in:XB"


@pytest.mark.parametrize("service", HARD)
def test_it_keeps_hands_on_care_in_the_clinic_whatever_else_is_said(service):
    """Rows H12 to H16."""
    answer = ask(
        service,
        pref="telehealth",
        cannot_travel=True,
        barrier=True,
        location=None,
        schedule="II",
        date="2027-01-01",
        coverage="not_covered",
        private_safe_place=False,
        exam_due=True,
    )

    assert verdict(answer) == ("in_person", None, None, ["hard_constraint:hands_on"])
    assert answer["tasks"] == []


def test_it_calls_back_for_one_amber_on_hands_on_care_too():
    assert ask("lab-draw", ambers=1)["tasks"] == ["clinician_callback_24h"]


@pytest.mark.parametrize("service", ["expert-review", "tumor-board"])
@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"location": None},
        {"location": "XB"},
        {"schedule": "II", "date": "2027-01-01"},
        {"cap": {"video": False, "phone": False}},
        {"pref": "in_person"},
        {"coverage": "unknown"},
        {"override": "in_person"},
        {"override": "telehealth"},
        {"private_safe_place": False, "cannot_travel": True},
    ],
)
def test_it_leaves_clinicians_to_themselves(service, facts):
    answer = ask(service, **facts)

    assert verdict(answer) == ("telehealth", "async", None, ["clinician_to_clinician"])
    assert answer["tasks"] == []


@pytest.mark.parametrize(
    ("facts", "expected", "tasks"),
    [
        ({}, ("telehealth", "rpm", None, ["service_default:remote_monitoring"]), []),
        ({"location": "XB"}, ("in_person", None, None, [NOWHERE]), []),
        (
            {"location": "XB", "cannot_travel": True},
            ("blocked", None, None, [NOWHERE]),
            ["reassign_to_authorized_clinician"],
        ),
        ({"location": None}, ("case_decision", None, None, ["location_unknown"]), ["confirm_location"]),
        (
            {"location": None, "override": "telehealth"},
            ("case_decision", None, None, ["location_unknown", "override_refused:legal"]),
            ["confirm_location"],
        ),
        ({"coverage": "unknown"}, ("telehealth", "rpm", None, ["service_default:remote_monitoring"]), []),
        ({"coverage": "not_covered"}, ("telehealth", "rpm", None, ["service_default:remote_monitoring"]), []),
        ({"pref": "in_person"}, ("telehealth", "rpm", None, ["service_default:remote_monitoring"]), []),
        ({"cap": {"phone": False}}, ("telehealth", "rpm", None, ["service_default:remote_monitoring"]), []),
        ({"private_safe_place": False}, ("telehealth", "rpm", None, ["service_default:remote_monitoring"]), []),
        ({"override": "telehealth"}, ("telehealth", "rpm", None, ["service_default:remote_monitoring"]), []),
    ],
)
def test_it_lets_remote_monitoring_leave_after_the_law(facts, expected, tasks):
    """Row H06."""
    answer = ask("remote-monitoring-review", **facts)

    assert verdict(answer) == expected
    assert answer["tasks"] == tasks


@pytest.mark.parametrize("service", ["toxicity-check", "eol-discussion", "new-patient-consult", "skin-image-review"])
def test_it_asks_a_clinician_while_the_place_is_unknown(service):
    answer = ask(service, location=None, pref="in_person", coverage="unknown", exam_due=True, cannot_travel=True)

    assert verdict(answer) == ("case_decision", None, None, ["location_unknown"])
    assert answer["tasks"] == ["confirm_location"]


def test_it_does_not_pile_law_upon_an_unknown_place():
    answer = ask("medication-management", location=None, schedule="II", date="2027-01-01")

    assert answer["reasons"] == ["location_unknown"]


@pytest.mark.parametrize("override", ["telehealth", "in_person"])
def test_it_refuses_any_override_as_legal_while_the_place_is_unknown(override):
    answer = ask("toxicity-check", location=None, override=override)

    assert verdict(answer) == ("case_decision", None, None, ["location_unknown", "override_refused:legal"])


@pytest.mark.parametrize(
    ("licensed", "is_allowed"), [(["XA"], True), (["XB", "XA"], True), (["XB"], False), ([], False), (None, False)]
)
def test_it_needs_authority_where_the_patient_will_be(licensed, is_allowed):
    answer = ask("toxicity-check", licensed=licensed)

    assert (answer["decision"] == "telehealth") is is_allowed
    assert ("legal:not_authorized_in:XA" in answer["reasons"]) is not is_allowed


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        ({"schedule": "II", "date": "2026-12-31"}, None),
        ({"schedule": "II", "date": "2027-01-01"}, [DEA]),
        ({"schedule": "V", "date": "2027-01-01"}, [DEA]),
        ({"schedule": "II", "date": "2026-01-01"}, None),
        ({"schedule": "II", "date": None}, [DEA]),
        ({"schedule": "II", "date": "2027-01-01", "prior_in_person_by_prescriber": True}, None),
        ({"date": "2027-01-01"}, None),
        ({"schedule": "II", "state_bars_schedule_ii_telehealth": True}, [STATE]),
        ({"schedule": "III", "state_bars_schedule_ii_telehealth": True}, None),
        ({"state_bars_schedule_ii_telehealth": True}, None),
        (
            {"schedule": "II", "state_bars_schedule_ii_telehealth": True, "prior_in_person_by_prescriber": True},
            [STATE],
        ),
        (
            {"schedule": "II", "state_bars_schedule_ii_telehealth": True, "date": "2027-01-01"},
            [DEA, STATE],
        ),
        (
            {
                "schedule": "II",
                "state_bars_schedule_ii_telehealth": True,
                "date": "2027-01-01",
                "location": "XB",
            },
            [NOWHERE, DEA, STATE],
        ),
        ({"schedule": "IV", "date": "2027-01-01", "location": "XB"}, [NOWHERE, DEA]),
    ],
)
def test_it_lists_all_legal_reasons_in_order(facts, reasons):
    """Rows H05, H24, H25."""
    answer = ask("medication-management", **facts)
    stuck = ask("medication-management", **facts, cannot_travel=True)

    if reasons is None:
        assert answer["reasons"] == stuck["reasons"] == ["service_default:telehealth"]
    else:
        assert verdict(answer) == ("in_person", None, None, reasons)
        assert answer["tasks"] == []
        assert verdict(stuck) == ("blocked", None, None, reasons)
        assert stuck["tasks"] == ["reassign_to_authorized_clinician"]


def test_it_blocks_only_those_who_cannot_travel_not_those_for_whom_it_is_hard():
    assert ask("toxicity-check", location="XB", barrier=True)["decision"] == "in_person"


@pytest.mark.parametrize(
    ("facts", "override", "reasons"),
    [
        ({"location": "XB"}, "telehealth", [NOWHERE, "override_refused:legal"]),
        ({"location": "XB"}, "in_person", [NOWHERE]),
        ({"location": "XB", "cannot_travel": True}, "telehealth", [NOWHERE, "override_refused:legal"]),
        ({"location": "XB", "cannot_travel": True}, "in_person", [NOWHERE, "override_refused:legal"]),
        ({"schedule": "II", "date": "2027-01-01"}, "telehealth", [DEA, "override_refused:legal"]),
    ],
)
def test_it_refuses_to_override_the_law_and_says_nothing_of_an_override_that_agrees(facts, override, reasons):
    assert ask("medication-management", **facts, override=override)["reasons"] == reasons


@pytest.mark.parametrize("comm", [{"language": "es"}])
def test_it_keeps_duties_with_a_legal_decision(comm):
    answer = ask("toxicity-check", location="XB", cannot_travel=True, comm=comm, ambers=1, phq9_item9=1)

    assert set(answer["tasks"]) == {
        "suicide_risk_assessment_same_day",
        "book_interpreter",
        "clinician_callback_24h",
        "reassign_to_authorized_clinician",
    }


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        # Audio is unusable before the prescriber's own evaluation, also while the flexibility holds.
        ({"cap": {"phone": True}}, ("in_person", None, None, ["no_usable_channel"])),
        ({"pref": "audio"}, ("telehealth", "video", None, ["service_default:telehealth"])),
        (
            {"cap": {"phone": True}, "prior_in_person_by_prescriber": True},
            ("telehealth", "audio", None, ["service_default:telehealth", "audio_fallback"]),
        ),
        (
            {"pref": "audio", "prior_in_person_by_prescriber": True},
            ("telehealth", "audio", None, ["service_default:telehealth"]),
        ),
    ],
)
@pytest.mark.parametrize("schedule", ["II", "III", "IV", "V"])
@pytest.mark.parametrize("service", ["medication-management", "pharmacist-consult"])
def test_it_needs_video_for_a_controlled_substance_without_an_evaluation(service, schedule, facts, expected):
    assert verdict(ask(service, schedule=schedule, **facts)) == expected
