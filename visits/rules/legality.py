"""What the law allows where the patient will be, on the day of the visit (facts.md 1.5 step 4, 2.1, 2.4)."""

from __future__ import annotations

from visits.rules.catalogue import Catalogue
from visits.rules.facts import Facts, Schedule
from visits.rules.findings import Finding, Step, Task, Verdict


def location_unknown(facts: Facts, _catalogue: Catalogue) -> Finding | None:
    """Care happens where the patient is: without the state nobody can say whether it is allowed."""
    if facts.location is not None:
        return None
    return Finding(
        step=Step.law,
        verdict=Verdict.case_decision,
        reasons=("location_unknown",),
        tasks=(Task.confirm_location,),
    )


def unlawful_by_telehealth(facts: Facts, catalogue: Catalogue) -> Finding | None:
    """All legal reasons in the order authority, federal rule, state rule: come in, or blocked where one cannot."""
    checks = (_not_authorised(facts), _federal_evaluation_missing(facts, catalogue), _state_bars(facts))
    reasons = tuple(code for code in checks if code)
    if not reasons:
        return None
    if facts.cannot_travel:
        tasks = (Task.reassign_to_authorized_clinician,)
        return Finding(step=Step.law, verdict=Verdict.blocked, reasons=reasons, tasks=tasks)
    return Finding(step=Step.law, verdict=Verdict.in_person, reasons=reasons)


def _not_authorised(facts: Facts) -> str | None:
    # No match is not authorised, never "unknown, so allow".
    if facts.location is None or facts.location in facts.licensed:
        return None
    return f"legal:not_authorized_in:{facts.location}"


def _federal_evaluation_missing(facts: Facts, catalogue: Catalogue) -> str | None:
    if facts.schedule is None or facts.prior_in_person_by_prescriber:
        return None
    is_lifted = catalogue.prescribing.lifts_federal_limit(facts.schedule, on=facts.date)
    return None if is_lifted else "legal:dea_in_person_required"


def _state_bars(facts: Facts) -> str | None:
    # A prior in-person evaluation lifts the federal limit only.
    is_barred = facts.schedule is Schedule.II and facts.state_bars_schedule_ii_telehealth
    return "legal:state_controlled_substance_rule" if is_barred else None
