"""A routing decision in words and as JSON: the verdict's sentence, each reason with its source, what follows."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.rules import wording as coverage_wording
from billing.rules.model import Answer
from oncology_clinic.crypto.fields import reveal
from visits.models import RoutingDecision
from visits.rules import catalogue
from visits.rules.findings import Channel, Routed, Task, Verdict
from visits.services.considering import Considered


def language() -> str:
    return get_language() or "en"


def verdict(decision: str, *, channel: str | None) -> str:
    """One sentence that says where the visit is."""
    if decision == Verdict.telehealth:
        return {
            Channel.video: _("This visit can be by video, from where you are."),
            Channel.audio: _("This visit can be by phone, from where you are."),
            Channel.async_: _("This is done by message. You do not need to be anywhere at a set time."),
            Channel.rpm: _("We read your home measurements from here."),
        }.get(Channel(channel) if channel else Channel.video, _("This visit can be from where you are."))
    return {
        Verdict.emergency: _("This may be an emergency. Call 911 now."),
        Verdict.in_person: _("This visit is at the clinic."),
        Verdict.case_decision: _("A clinician decides if this visit is at the clinic or from where you are."),
        Verdict.blocked: _("We cannot set up this visit this way."),
    }[Verdict(decision)]


def modality(value: str) -> str:
    """The modality in a few words."""
    return {
        "in_person": _("In the clinic"),
        "video": _("By video"),
        "audio": _("By phone"),
        "async": _("By message"),
        "rpm": _("From your home measurements"),
    }.get(value, value)


def reasons(routed: Routed) -> list[dict[str, str]]:
    """Each reason with its sentence in the language of the page and its source, the deciding one first."""
    words = catalogue.load().wording
    return [
        {
            "code": reason.code,
            "text": words.sentence(reason.code, language=language()),
            "source": reason.source.title,
            "url": reason.source.url,
        }
        for reason in routed.reasons
    ]


def patient_tasks(routed: Routed) -> list[str]:
    """What the patient is told about the work that follows; staff-only tasks are left out."""
    words = catalogue.load().wording.tasks
    told = (words[task].for_patient for task in routed.tasks)
    return [one.say(language()) for one in told if one is not None]


def as_json(routed: Routed) -> dict[str, Any]:
    """The decision as the contract writes it, with reason texts and sources."""
    return {
        "decision": str(routed.decision),
        "channel": str(routed.channel) if routed.channel else None,
        "urgency": str(routed.urgency),
        "lean": str(routed.lean) if routed.lean else None,
        "modality": routed.modality,
        "sentence": verdict(routed.decision, channel=routed.channel),
        "reasons": reasons(routed),
        "tasks": [str(task) for task in routed.tasks],
        "revision": routed.revision,
    }


def stored_as_json(decision: RoutingDecision) -> dict[str, Any]:
    """A stored decision in the same shape. Opens its sealed values."""
    told, channel = reveal(decision.verdict), reveal(decision.channel)
    words, service = catalogue.load().wording, catalogue.load().services.get(decision.service)
    kept: list[dict[str, str]] = reveal(decision.reasons)
    return {
        "decision": told,
        "channel": channel,
        "urgency": reveal(decision.urgency),
        "lean": reveal(decision.lean),
        "modality": decision.final_modality or None,
        "sentence": verdict(told, channel=channel),
        "reasons": [{**one, "text": _said_again(words, one, is_known=service is not None)} for one in kept],
        "tasks": reveal(decision.tasks),
        "revision": decision.catalogue_revision,
    }


def _said_again(words: Any, kept: dict[str, str], *, is_known: bool) -> str:
    """The reason in the language of the page; a code that has no words any more keeps those it was stored with."""
    try:
        return str(words.sentence(kept["code"], language=language())) if is_known else kept["text"]
    except KeyError:
        return kept["text"]


def coverage(answer: Answer | None) -> dict[str, Any] | None:
    """A coverage answer: status, the rule, the reason, and the explanation in plain sentences."""
    if answer is None:
        return None
    return {
        "modality": str(answer.question.modality),
        "status": str(answer.status),
        "rule": answer.rule.id if answer.rule else None,
        "reason": answer.reason,
        "explanation": [_(coverage_wording.SENTENCES[step.code]) % step.values for step in answer.steps]
        + [_(coverage_wording.NOT_A_GUARANTEE)],
    }


def preview(considered: Considered) -> dict[str, Any]:
    """The whole preview as JSON: the decision, and what the plan says for each way the visit could be."""
    answers = considered.coverage.answers
    return {
        **as_json(considered.routed),
        "coverage": {modality: coverage(answer) for modality, answer in answers.items()},
    }


def staff_tasks(codes: list[str]) -> list[str]:
    """Task codes as staff read them."""
    words = catalogue.load().wording.tasks
    return [words[Task(code)].label.say(language()) for code in codes]
