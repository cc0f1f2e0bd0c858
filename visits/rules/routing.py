"""In the clinic or from home? The policy as ordered rules; the first verdict decides (facts.md 1.5).

Each class of service has its own list. A rule is `(facts, catalogue) -> Finding | None`. Every
finding is kept, also those that came too late to decide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain
from typing import TypeAlias

from visits.rules import channels, legality, triage
from visits.rules.catalogue import Catalogue, Service, ServiceClass
from visits.rules.facts import IN_PERSON_ONLY, Coverage, Facts, Preference
from visits.rules.findings import Channel, Finding, Lean, Routed, Step, Task, Verdict

Rule: TypeAlias = Callable[[Facts, Catalogue], Finding | None]


def hands_on(_facts: Facts, _catalogue: Catalogue) -> Finding | None:
    """Hands-on care takes place in the clinic; nobody can override that."""
    return Finding(step=Step.nature_of_service, verdict=Verdict.in_person, reasons=("hard_constraint:hands_on",))


def clinician_to_clinician(_facts: Facts, _catalogue: Catalogue) -> Finding | None:
    """Clinicians among themselves; a conference is scheduled as a meeting, not routed."""
    return Finding(
        step=Step.nature_of_service,
        verdict=Verdict.telehealth,
        reasons=("clinician_to_clinician",),
        channel=Channel.async_,
    )


def remote_monitoring(_facts: Facts, _catalogue: Catalogue) -> Finding | None:
    """Device data is read from afar."""
    return Finding(
        step=Step.service_default,
        verdict=Verdict.telehealth,
        reasons=("service_default:remote_monitoring",),
        channel=Channel.rpm,
    )


def exam_due(facts: Facts, catalogue: Catalogue) -> Finding | None:
    """An exam is due and the service depends on it: come in, or keep the exam booked within 7 days beside it."""
    if not (facts.exam_due and catalogue.service(facts.service).exam):
        return None
    if facts.exam_booked_within_7d:
        return Finding(step=Step.examination, tasks=(Task.keep_paired_exam,))
    return Finding(step=Step.examination, verdict=Verdict.in_person, reasons=("exam_due",))


def no_private_safe_place(facts: Facts, _catalogue: Catalogue) -> Finding | None:
    """Nobody can talk about cancer on a bus or while driving."""
    if facts.private_safe_place:
        return None
    return Finding(step=Step.capability, verdict=Verdict.in_person, reasons=("no_private_safe_place",))


def aid_only_in_clinic(facts: Facts, _catalogue: Catalogue) -> Finding | None:
    """The communication aid the patient needs exists in the clinic only."""
    if facts.comm.interpreter != IN_PERSON_ONLY:
        return None
    return Finding(step=Step.capability, verdict=Verdict.in_person, reasons=("accommodation_only_in_person",))


def cannot_use_telehealth_unaided(facts: Facts, _catalogue: Catalogue) -> Finding | None:
    """Impaired cognition and no helper: a clinician decides, leaning in person."""
    if not facts.comm.cognition_impaired or facts.comm.helper:
        return None
    return Finding(
        step=Step.capability,
        verdict=Verdict.case_decision,
        reasons=("cannot_use_telehealth_unaided",),
        lean=Lean.in_person,
    )


def no_usable_channel(facts: Facts, catalogue: Catalogue) -> Finding | None:
    """Neither video nor an allowed phone call would work."""
    if channels.choose(facts, catalogue) is not None:
        return None
    return Finding(step=Step.capability, verdict=Verdict.in_person, reasons=("no_usable_channel",))


def prefers_in_person(facts: Facts, _catalogue: Catalogue) -> Finding | None:
    """The patient may always choose to come in."""
    if facts.pref is not Preference.in_person:
        return None
    return Finding(step=Step.preference, verdict=Verdict.in_person, reasons=("patient_preference:in_person",))


def coverage_to_settle(facts: Facts, _catalogue: Catalogue) -> Finding | None:
    """Not knowing, a missing authorisation and agreeing to pay are work for staff, never a reason to move a visit."""
    if facts.coverage is Coverage.unknown:
        return Finding(step=Step.coverage, tasks=(Task.verify_coverage,))
    if facts.coverage is Coverage.pa_missing:
        return Finding(step=Step.coverage, tasks=(Task.obtain_prior_auth,))
    if facts.coverage is Coverage.not_covered and facts.self_pay_ack:
        return Finding(step=Step.coverage, tasks=(Task.good_faith_estimate,))
    return None


def not_covered(facts: Facts, _catalogue: Catalogue) -> Finding | None:
    """Telehealth is not paid for and nobody agreed to pay: come in, or a clinician decides where one cannot."""
    if facts.coverage is not Coverage.not_covered or facts.self_pay_ack:
        return None
    if facts.cannot_travel:
        return Finding(
            step=Step.coverage,
            verdict=Verdict.case_decision,
            reasons=("coverage_vs_access",),
            lean=Lean.telehealth,
        )
    return Finding(step=Step.coverage, verdict=Verdict.in_person, reasons=("telehealth_not_covered",))


def telehealth_by_default(facts: Facts, catalogue: Catalogue) -> Finding | None:
    """From home, by the channel that works; a call nobody asked for is a fallback and says so."""
    channel = channels.choose(facts, catalogue)
    if channel is None:
        return None
    is_fallback = channel is Channel.audio and facts.pref is not Preference.audio
    return Finding(
        step=Step.service_default,
        verdict=Verdict.telehealth,
        reasons=("service_default:telehealth", "audio_fallback") if is_fallback else ("service_default:telehealth",),
        channel=channel,
    )


def clinician_must_confirm(facts: Facts, _catalogue: Catalogue) -> Finding | None:
    """Best in person, and the patient wants telehealth or travel is hard: never automatic, a clinician confirms."""
    if not (facts.wants_telehealth or facts.has_travel_barrier):
        return None
    return Finding(
        step=Step.service_default,
        verdict=Verdict.case_decision,
        reasons=("soft_in_person:clinician_must_confirm",),
        lean=Lean.telehealth if facts.cannot_travel else Lean.in_person,
    )


def in_person_by_default(_facts: Facts, _catalogue: Catalogue) -> Finding | None:
    """Best in person, and nothing speaks against it."""
    return Finding(step=Step.service_default, verdict=Verdict.in_person, reasons=("service_default:in_person",))


def case_by_default(facts: Facts, catalogue: Catalogue) -> Finding | None:
    """A clinician decides, leaning as the catalogue says."""
    return Finding(
        step=Step.service_default,
        verdict=Verdict.case_decision,
        reasons=("service_default:case",),
        lean=catalogue.service(facts.service).lean,
    )


# The duties stand before the red flags, which keep them; an emergency comes before the duties and
# keeps none. A call back for one amber stands after the red flags: it is for where none decides.
SAFETY: tuple[Rule, ...] = (
    triage.emergency,
    triage.self_harm_answer,
    triage.pain_duty,
    triage.communication_aid,
    triage.red_flags,
    triage.one_amber,
)
LAW: tuple[Rule, ...] = (legality.location_unknown, legality.unlawful_by_telehealth)
SITUATION: tuple[Rule, ...] = (
    exam_due,
    no_private_safe_place,
    aid_only_in_clinic,
    cannot_use_telehealth_unaided,
    no_usable_channel,
    prefers_in_person,
    coverage_to_settle,
    not_covered,
)
POLICY: Mapping[ServiceClass, tuple[Rule, ...]] = {
    ServiceClass.hard: (*SAFETY, hands_on),
    ServiceClass.clin: (clinician_to_clinician,),
    ServiceClass.rpm: (*LAW, remote_monitoring),
    ServiceClass.soft: (*SAFETY, *LAW, *SITUATION, clinician_must_confirm, in_person_by_default),
    ServiceClass.case: (*SAFETY, *LAW, *SITUATION, case_by_default),
    ServiceClass.tele: (*SAFETY, *LAW, *SITUATION, telehealth_by_default),
}


def route(facts: Facts, catalogue: Catalogue) -> Routed:
    """Decide where one visit takes place, and why.

    Takes the facts of the visit and the catalogue with its limits and law; the day of the visit is
    among the facts, so nothing here asks the time. Raises `Malformed("unknown_service")`.
    Source: facts.md 1.2 to 1.5, the notes of contract.md.
    """
    service = catalogue.service(facts.service)
    findings = _findings(facts, catalogue, service=service)
    place = next(n for n, finding in enumerate(findings) if finding.verdict)
    computed = findings[place]
    final = _with_override(computed, facts=facts, service=service)
    assert final.verdict is not None
    return Routed(
        decision=final.verdict,
        channel=final.channel,
        urgency=final.urgency,
        lean=final.lean,
        reasons=tuple(catalogue.reason(code, service=service) for code in final.reasons),
        tasks=tuple(chain.from_iterable(finding.tasks for finding in findings[: place + 1])),
        computed=computed,
        overruled=tuple(finding for finding in findings[place + 1 :] if finding.verdict),
        revision=catalogue.revision,
    )


def _findings(facts: Facts, catalogue: Catalogue, *, service: Service) -> list[Finding]:
    """What every rule of the service's class found, in order. The last rule of each class always finds something.

    (For telehealth by default it does so unless `no_usable_channel` has.)
    """
    found = (rule(facts, catalogue) for rule in POLICY[service.kind])
    return [finding for finding in found if finding is not None]


def _with_override(computed: Finding, *, facts: Facts, service: Service) -> Finding:
    """The finding after a clinician's own decision, which adds at most one reason.

    Safety is closed only by documenting the triage outcome, which routes anew. Hands-on care and
    law refuse. A case conference or device data is no visit that could be moved.
    """
    if facts.override is None or computed.step <= Step.red_flag:
        return computed
    chosen = Verdict(facts.override.value)
    if chosen is computed.verdict:
        return computed
    if computed.step is Step.law:
        return _with_reason(computed, "override_refused:legal")
    if not service.is_patient_facing:
        return computed
    if computed.step is Step.nature_of_service:
        return _with_reason(computed, "override_refused:hard_constraint")
    takes_video = chosen is Verdict.telehealth and service.video
    return Finding(
        step=computed.step,
        verdict=chosen,
        reasons=(*computed.reasons, "clinician_override"),
        channel=Channel.video if takes_video else None,
    )


def _with_reason(computed: Finding, code: str) -> Finding:
    return Finding(
        step=computed.step,
        verdict=computed.verdict,
        reasons=(*computed.reasons, code),
        channel=computed.channel,
        lean=computed.lean,
    )
