"""The data of the rules: complete, cited and in plain words in both languages."""

import datetime as dt
import re

import pyphen
import pytest

from oncology_clinic.decisions import Confidence
from visits.rules import catalogue
from visits.rules.catalogue import Audio, ServiceClass, Topic
from visits.rules.facts import FLAGS, EmergencyFlag, Schedule
from visits.rules.findings import Channel, Lean, Task

CATALOGUE = catalogue.load()
SERVICES = list(CATALOGUE.services.values())


def test_it_holds_every_service_of_the_model_of_care():
    counts = {kind: sum(service.kind is kind for service in SERVICES) for kind in ServiceClass}

    assert counts == {
        ServiceClass.hard: 14,
        ServiceClass.soft: 3,
        ServiceClass.case: 6,
        ServiceClass.tele: 32,
        ServiceClass.clin: 2,
        ServiceClass.rpm: 1,
    }


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.slug)
def test_it_cites_and_names_each_service(service):
    assert service.label.en
    assert service.label.es
    assert service.sources
    assert service.basis
    assert service.source.confidence in set(Confidence)
    assert (service.topic is Topic.staff) is not service.is_patient_facing


@pytest.mark.parametrize(
    ("slug", "kind", "video", "audio", "exam", "lean", "minutes"),
    [
        ("surgery", "hard", False, "no", False, None, None),
        ("infusion-systemic-therapy", "hard", False, "no", False, None, 60),
        ("eol-discussion", "soft", True, "no", False, None, 60),
        ("rehab-evaluation", "soft", True, "no", True, None, 60),
        ("new-patient-consult", "case", True, "no", True, "in_person", 60),
        ("palliative-initial", "case", True, "no", True, "telehealth", 60),
        ("acute-symptom-visit", "case", True, "cond", True, "in_person", 30),
        ("advance-care-planning", "case", True, "no", False, "telehealth", 45),
        ("post-op-check", "case", True, "no", True, "in_person", 20),
        ("trial-consent", "case", True, "no", False, "telehealth", 60),
        ("medication-management", "tele", True, "cond", False, None, 20),
        ("toxicity-check", "tele", True, "cond", True, None, 20),
        ("results-review", "tele", True, "cond", False, None, 20),
        ("palliative-followup", "tele", True, "cond", True, None, 30),
        ("post-hospital-followup", "tele", True, "cond", True, None, 30),
        ("oral-therapy-adherence", "tele", True, "yes", False, None, 20),
        ("exercise-counseling", "tele", True, "no", False, None, 45),
        ("remote-monitoring-review", "rpm", False, "no", False, None, 10),
        ("expert-review", "clin", False, "no", False, None, None),
    ],
)
def test_it_has_the_class_and_the_limits_of_the_source(slug, kind, video, audio, exam, lean, minutes):
    service = CATALOGUE.service(slug)

    assert (service.kind, service.video, service.audio, service.exam) == (
        ServiceClass(kind),
        video,
        Audio(audio),
        exam,
    )
    assert (service.lean, service.minutes) == (lean and Lean(lean), minutes)


def test_it_knows_lengths_that_vary_and_the_clock_of_expert_review():
    assert CATALOGUE.service("infusion-systemic-therapy").minutes_at_most == 360
    assert CATALOGUE.service("expert-review").business_days == 2


@pytest.mark.parametrize(
    ("slug", "channels"),
    [
        ("surgery", ()),
        ("psychotherapy", (Channel.video, Channel.audio)),
        ("exercise-counseling", (Channel.video,)),
        ("skin-image-review", (Channel.async_, Channel.video)),
        ("remote-monitoring-review", (Channel.rpm,)),
        ("expert-review", (Channel.async_,)),
        ("tumor-board", (Channel.async_,)),
    ],
)
def test_it_lists_the_channels_a_service_can_take(slug, channels):
    assert CATALOGUE.service(slug).channels == channels


def test_it_knows_at_which_visits_a_patient_is_examined():
    assert {"physical-exam-visit", "toxicity-check"} <= set(CATALOGUE.examining)
    assert "nutrition-counseling" not in CATALOGUE.examining


def test_it_has_words_and_a_source_for_each_flag_and_each_task():
    assert set(CATALOGUE.wording.flags) == set(FLAGS.values())
    assert set(CATALOGUE.wording.tasks) == set(Task)


def test_it_speaks_of_fever_risk_with_the_guideline_behind_it():
    reason = CATALOGUE.reason(
        f"emergency:{EmergencyFlag.fever_neutropenia_risk}", service=CATALOGUE.service("lab-draw")
    )

    assert reason.source.title.startswith("ASCO/IDSA")
    assert "fever when your body" in reason.text


def test_it_names_the_state_in_both_languages():
    code = "legal:not_authorized_in:XB"

    assert "XB" in CATALOGUE.wording.sentence(code, language="en")
    assert "XB" in CATALOGUE.wording.sentence(code, language="es-mx")


def flesch_kincaid_grade(text):
    hyphens = pyphen.Pyphen(lang="en_US")
    words = re.findall(r"[A-Za-z']+", text)
    syllables = sum(len(hyphens.positions(word)) + 1 for word in words)
    sentences = len(re.findall(r"[.!?]", text))
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def test_it_writes_for_a_sixth_grade_reader():
    words = CATALOGUE.wording
    sentences = [
        sentence.template.en.format(flag="new chest pain", state="Ohio") for sentence in words.sentences.values()
    ]
    sentences += [task.for_patient.en for task in words.tasks.values() if task.for_patient]

    assert flesch_kincaid_grade(" ".join(sentences)) <= 6.0


def test_it_marks_each_limit_with_its_source_and_how_sure_we_are():
    limits = CATALOGUE.limits

    assert limits.fever_c.value == 38.0
    assert limits.fever_c.source.confidence is Confidence.clinic_policy
    assert limits.recent_therapy_days.source.confidence is Confidence.verified
    assert limits.fever_c.since == dt.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("on", "is_lifted"),
    [("2025-12-31", False), ("2026-01-01", True), ("2026-12-31", True), ("2027-01-01", False)],
)
def test_it_lifts_the_federal_limit_only_on_the_cited_days(on, is_lifted):
    """Row H25."""
    law = CATALOGUE.prescribing

    assert law.lifts_federal_limit(Schedule.II, on=dt.date.fromisoformat(on)) is is_lifted
    assert law.lifts_federal_limit(Schedule.II, on=None) is False


@pytest.mark.parametrize(
    ("on", "is_near"), [("2026-10-01", False), ("2026-10-02", True), ("2026-12-31", True), ("2027-01-01", False)]
)
def test_it_warns_of_the_end_of_the_flexibility_from_ninety_days_before(on, is_near):
    assert bool(CATALOGUE.prescribing.warnings(on=dt.date.fromisoformat(on))) is is_near


def test_it_knows_a_state_that_bars_schedule_two():
    law = CATALOGUE.prescribing

    assert law.bars(Schedule.II, state="FL", on=dt.date(2026, 11, 23))
    assert not law.bars(Schedule.III, state="FL", on=dt.date(2026, 11, 23))
    assert not law.bars(Schedule.II, state="OH", on=dt.date(2026, 11, 23))


def test_it_names_the_revision_by_what_the_data_says():
    changed = catalogue.amended([{"threshold": {"name": "fever_c", "value": 38.3}}])

    assert catalogue.load().revision == CATALOGUE.revision
    assert changed.revision != CATALOGUE.revision
    assert len(CATALOGUE.revision) == 16
