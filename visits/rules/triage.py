"""How the patient is: emergencies, red flags, ambers, and the duties they leave (facts.md 1.4)."""

from __future__ import annotations

from collections.abc import Iterator

from visits.rules.catalogue import Catalogue
from visits.rules.facts import EmergencyFlag, Facts, RedFlag
from visits.rules.findings import Finding, Step, Task, Verdict
from visits.rules.thresholds import Thresholds


def emergency(facts: Facts, catalogue: Catalogue) -> Finding | None:
    """Stop at once: the named flags in alphabetical order, then fever with a risk of neutropenia."""
    fever = EmergencyFlag.fever_neutropenia_risk
    found: list[str] = sorted(flag for flag in facts.flags if isinstance(flag, EmergencyFlag) and flag is not fever)
    if fever in facts.flags or _has_fever_with_risk(facts, catalogue.limits):
        found.append(fever)
    if not found:
        return None
    return Finding(
        step=Step.emergency,
        verdict=Verdict.emergency,
        reasons=tuple(f"emergency:{flag}" for flag in found),
        tasks=(Task.emergency_script,),
    )


def self_harm_answer(facts: Facts, catalogue: Catalogue) -> Finding | None:
    """PHQ-9 item 9 without a plan: an assessment today by the fastest channel, never a reason to travel."""
    if facts.phq9_item9 < catalogue.limits.item9.value:
        return None
    return Finding(step=Step.red_flag, tasks=(Task.suicide_risk_assessment_same_day,))


def pain_duty(facts: Facts, catalogue: Catalogue) -> Finding | None:
    """High pain at its baseline: contact within 24 hours. Moderate pain: a plan at the visit."""
    limits = catalogue.limits
    if facts.pain.now is None or facts.pain.now < limits.moderate_pain.value or _has_new_severe_pain(facts, limits):
        return None
    is_severe = facts.pain.now >= limits.severe_pain.value
    return Finding(step=Step.red_flag, tasks=(Task.pain_contact_24h if is_severe else Task.pain_plan_at_visit,))


def communication_aid(facts: Facts, _catalogue: Catalogue) -> Finding | None:
    """An aid is a duty whatever the modality, and alone never a reason for one."""
    tasks = []
    if facts.comm.deaf_hoh:
        tasks.append(Task.arrange_communication_aid)
    if facts.comm.needs_language_help:
        tasks.append(Task.book_interpreter)
    return Finding(step=Step.red_flag, tasks=tuple(tasks)) if tasks else None


def red_flags(facts: Facts, catalogue: Catalogue) -> Finding | None:
    """Come in today: every red flag, in alphabetical order, then severe pain, then two or more ambers."""
    reasons = tuple(f"urgent:{code}" for code in _reds(facts, catalogue.limits))
    return Finding(step=Step.red_flag, verdict=Verdict.in_person, reasons=reasons) if reasons else None


def one_amber(facts: Facts, catalogue: Catalogue) -> Finding | None:
    """One amber answer: a clinician calls back within 24 hours. Two are red, and decided before this."""
    if _ambers(facts, catalogue.limits) == 0:
        return None
    return Finding(step=Step.red_flag, tasks=(Task.clinician_callback_24h,))


def _reds(facts: Facts, limits: Thresholds) -> Iterator[str]:
    yield from sorted(flag for flag in facts.flags if isinstance(flag, RedFlag))
    if _has_new_severe_pain(facts, limits):
        yield "severe_pain_new_or_worse"
    if _ambers(facts, limits) >= limits.ambers_make_red.value:
        yield "two_or_more_amber"


def _has_new_severe_pain(facts: Facts, limits: Thresholds) -> bool:
    pain = facts.pain
    if pain.now is None or pain.now < limits.severe_pain.value:
        return False
    has_risen = pain.baseline is not None and pain.now - pain.baseline >= limits.pain_rise.value
    return pain.new or has_risen


def _ambers(facts: Facts, limits: Thresholds) -> int:
    """Amber answers; a fever without a risk of neutropenia is one of them."""
    is_amber_fever = _has_fever(facts, limits) and not _has_neutropenia_risk(facts, limits)
    return facts.ambers + is_amber_fever


def _has_fever_with_risk(facts: Facts, limits: Thresholds) -> bool:
    return _has_fever(facts, limits) and _has_neutropenia_risk(facts, limits)


def _has_fever(facts: Facts, limits: Thresholds) -> bool:
    return facts.temp_c is not None and facts.temp_c >= limits.fever_c.value


def _has_neutropenia_risk(facts: Facts, limits: Thresholds) -> bool:
    days = facts.days_since_sact
    was_treated_lately = days is not None and days <= limits.recent_therapy_days.value
    has_low_count = facts.anc is not None and facts.anc < limits.low_anc.value
    return was_treated_lately or has_low_count or facts.transplant_or_heme
