"""A coverage answer in the reader's words: what it means, what it may cost, why, and whom to call.

The one wording of every door and of the rooms above. Text in the language in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import CoverageCheck, Plan
from billing.rules import families, wording
from billing.rules.model import Answer, Status
from billing.services import kept

Text = str | Promise

HEADLINES: Mapping[str, Text] = {
    Status.covered: gettext_lazy("Likely covered"),
    Status.prior_auth_required: gettext_lazy("Needs prior authorization"),
    Status.not_covered: gettext_lazy("Likely not covered"),
    Status.unknown_needs_review: gettext_lazy("We cannot tell yet"),
}
MEANINGS: Mapping[str, Text] = {
    Status.covered: gettext_lazy("Your plan will most likely pay its part of this visit."),
    Status.prior_auth_required: gettext_lazy("Your plan must say yes before the visit. We will ask them for you."),
    Status.not_covered: gettext_lazy("Your plan will most likely not pay for this visit. We can look for another way."),
    Status.unknown_needs_review: gettext_lazy("We do not know yet. You can still book: our staff will find out."),
}
OWN_PAYMENT: Text = gettext_lazy("No plan is used for this visit. We will give you the cost in writing before it.")
TONES: Mapping[str, str] = {Status.covered: "ok", Status.not_covered: "warn", Status.prior_auth_required: "warn"}
COSTS: Mapping[str, Text] = {
    "same_as_in_person": gettext_lazy("You pay the same as for a visit in the clinic."),
    "lower": gettext_lazy("You pay less than for a visit in the clinic."),
    "higher": gettext_lazy("You pay more than for a visit in the clinic."),
    "waived": gettext_lazy("Your plan asks for no share from you."),
    "own_cost": gettext_lazy("You may have to pay for it yourself. Ask us for the cost before you decide."),
    "unknown": gettext_lazy("We do not know your share of the cost."),
}
DECISIONS: Mapping[str, Text] = {
    "covered": gettext_lazy("covered"),
    "prior_auth": gettext_lazy("covered once the plan says yes"),
    "not_covered": gettext_lazy("not covered"),
    "needs_review": gettext_lazy("a person must look at it"),
}
MODALITIES: Mapping[str, Text] = {
    "video": gettext_lazy("by video"),
    "audio": gettext_lazy("by phone"),
    "async": gettext_lazy("by message"),
    "rpm": gettext_lazy("by home monitoring"),
    "in_person": gettext_lazy("in the clinic"),
}
FACTS: Mapping[str, Text] = {
    "practitioner_video_capable": gettext_lazy("your clinician is able to offer video"),
    "patient_cannot_or_declines_video": gettext_lazy("you cannot use video, or do not want to"),
    "rural_originating_area": gettext_lazy("you are in a rural area during the visit"),
    "facility_originating_site": gettext_lazy("you are in a clinic or hospital during the visit"),
    "in_person_with_practice_within_6_months_before_first": gettext_lazy(
        "you were seen in person by this practice in the 6 months before the first visit from home"
    ),
    "in_person_within_12_months": gettext_lazy("you were seen in person in the last 12 months"),
    "mnt_qualifying_diagnosis": gettext_lazy("you have diabetes or kidney disease, or had a kidney transplant"),
    "patient_consent_documented": gettext_lazy("your consent is on file"),
    "no_face_to_face_with_consultant_14_days": gettext_lazy("the expert does not see you within 14 days"),
    "established_relationship": gettext_lazy("you have been seen by this clinician before"),
    "in_person_or_video_within_6_months": gettext_lazy("you were seen in person or by video in the last 6 months"),
    "covered_in_person": gettext_lazy("the plan pays for the same visit in the clinic"),
    "medically_necessary": gettext_lazy("the visit is medically necessary"),
    "essential_health_benefit": gettext_lazy("the service is an essential health benefit"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """Ready to print. `tone` is ok, warn or empty; `calls` says whom to ask; `source` may be empty."""

    headline: str
    tone: str
    meaning: str
    cost: str
    explanation: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    source: str = ""
    source_url: str = ""
    no_guarantee: str = ""


def of(answer: Answer, *, plan: Plan | None = None) -> Words:
    """An answer just given, in words; `plan` adds its phone number."""
    return _words(answer.status, answer.reason_code, kept.answer(answer), plan=plan)


def of_kept(check: CoverageCheck, said: Mapping[str, Any], *, plan: Plan | None = None) -> Words:
    """An answer kept earlier, in today's language; `said` is its opened `answer`."""
    return _words(check.status, check.reason_code, said, plan=plan)


def service_label(slug: str, *, language: str) -> str:
    """What people call the service; its slug in words where nobody named it."""
    label = families.services().get(slug, {})
    return label.get(language) or label.get("en") or wording.in_words(slug)


def _words(status: str, reason_code: str, said: Mapping[str, Any], *, plan: Plan | None) -> Words:
    is_own_payment = reason_code == "self_pay_good_faith_estimate"
    source = said["source"] or {}
    return Words(
        headline=str(HEADLINES[status]),
        tone=TONES.get(status, ""),
        meaning=str(OWN_PAYMENT if is_own_payment else MEANINGS[status]),
        cost=str(COSTS[said["cost"]]),
        explanation=[_sentence(code, values) for code, values in said["steps"] if code != "asked"],
        calls=_calls(plan),
        source=_source(source),
        source_url=source.get("url", ""),
        no_guarantee=_(wording.NOT_A_GUARANTEE),
    )


def _sentence(code: str, values: Mapping[str, str]) -> str:
    return _(wording.SENTENCES[code]) % {name: _value(name, value) for name, value in values.items()}


def _value(name: str, value: str) -> str:
    if name == "decision":
        return str(DECISIONS.get(value, wording.in_words(value)))
    if name in ("fact", "facts"):
        return "; ".join(str(FACTS.get(code, wording.in_words(code))) for code in value.split(","))
    return value


def _calls(plan: Plan | None) -> list[str]:
    calls = []
    if plan is not None and plan.phone:
        calls.append(_("Call %(plan)s at %(phone)s.") % {"plan": plan.name, "phone": plan.phone})
    calls.append(_("Ask our financial counselor at %(phone)s.") % {"phone": settings.CLINIC_PHONE})
    return calls


def _source(source: Mapping[str, Any]) -> str:
    if not source.get("title"):
        return str(source.get("url", ""))
    if not source.get("read_on"):
        return str(source["title"])
    return _("%(title)s (read on %(day)s)") % {"title": source["title"], "day": source["read_on"]}
