"""The words of a routing decision: what a rule found, and what came of all of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from oncology_clinic.decisions import Reason


class Verdict(StrEnum):
    emergency = "emergency"
    in_person = "in_person"
    telehealth = "telehealth"
    case_decision = "case_decision"  # a clinician decides
    blocked = "blocked"


class Channel(StrEnum):
    video = "video"
    audio = "audio"
    async_ = "async"
    rpm = "rpm"


class Urgency(StrEnum):
    now = "now"
    same_day = "same_day"
    routine = "routine"


class Lean(StrEnum):
    in_person = "in_person"
    telehealth = "telehealth"


class Task(StrEnum):
    """Things staff must do that do not change the modality."""

    emergency_script = "emergency_script"
    suicide_risk_assessment_same_day = "suicide_risk_assessment_same_day"
    pain_contact_24h = "pain_contact_24h"
    pain_plan_at_visit = "pain_plan_at_visit"
    clinician_callback_24h = "clinician_callback_24h"
    confirm_location = "confirm_location"
    reassign_to_authorized_clinician = "reassign_to_authorized_clinician"
    keep_paired_exam = "keep_paired_exam"
    arrange_communication_aid = "arrange_communication_aid"
    book_interpreter = "book_interpreter"
    good_faith_estimate = "good_faith_estimate"
    verify_coverage = "verify_coverage"
    obtain_prior_auth = "obtain_prior_auth"


class Step(IntEnum):
    """The order of facts.md 1.5. From `examination` down a clinician may decide otherwise."""

    emergency = 1
    red_flag = 2
    nature_of_service = 3
    law = 4
    examination = 5
    capability = 6
    preference = 7
    coverage = 8
    service_default = 9


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found. Without a verdict it only adds tasks and decides nothing."""

    step: Step
    verdict: Verdict | None = None
    reasons: tuple[str, ...] = ()
    channel: Channel | None = None
    lean: Lean | None = None
    tasks: tuple[Task, ...] = ()

    @property
    def urgency(self) -> Urgency:
        by_verdict = {Step.emergency: Urgency.now, Step.red_flag: Urgency.same_day}
        return by_verdict.get(self.step, Urgency.routine)


@dataclass(frozen=True, slots=True)
class Routed:
    """A routing decision, fit to be stored.

    `reasons` begin with the one that decided; `tasks` are ordered; `computed` is the finding the
    rules came to, which an override leaves standing beside the final `decision`; `overruled` are
    the later findings that would have decided otherwise or the same; `revision` names the rules
    and the data under which it was made.
    """

    decision: Verdict
    channel: Channel | None
    urgency: Urgency
    lean: Lean | None
    reasons: tuple[Reason, ...]
    tasks: tuple[Task, ...]
    computed: Finding
    overruled: tuple[Finding, ...]
    revision: str

    @property
    def codes(self) -> tuple[str, ...]:
        """The reason codes, the deciding one first."""
        return tuple(reason.code for reason in self.reasons)

    @property
    def modality(self) -> str | None:
        """`in_person` or the telehealth channel; None while nobody has decided or nothing can be booked."""
        return _modality(self.decision, self.channel)

    @property
    def computed_modality(self) -> str | None:
        """The modality before a clinician's override."""
        return _modality(self.computed.verdict, self.computed.channel)

    @property
    def was_overridden(self) -> bool:
        return self.decision is not self.computed.verdict


def _modality(verdict: Verdict | None, channel: Channel | None) -> str | None:
    if verdict is Verdict.in_person:
        return "in_person"
    return str(channel) if verdict is Verdict.telehealth and channel else None
