"""Does the plan pay, by telehealth and in person? And what that may mean for where the visit is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from billing.rules.model import Answer, PayerType, Status
from billing.services import coverage
from oncology_clinic.errors import Refusal
from visits.rules.catalogue import Service
from visits.rules.facts import Coverage

SELF_PAY = "self_pay_good_faith_estimate"
_MEDICARE = frozenset({PayerType.medicare_ffs, PayerType.medicare_advantage})
_MEDICAID = frozenset({PayerType.medicaid, PayerType.chip})


@dataclass(frozen=True, slots=True)
class Asked:
    """Both answers, and what routing is told: its coverage word, and whether the patient agreed to pay."""

    answers: Mapping[str, Answer]
    word: Coverage
    pays_alone: bool

    def of(self, modality: str) -> Answer:
        """The answer for a modality; for a channel the service does not usually take, that of its usual one."""
        return self.answers.get(modality) or next(iter(self.answers.values()))


def ask(
    *,
    patient_id: UUID,
    service: Service,
    location: str,
    profession: str,
    on: date,
    is_established: bool,
    self_pay_ack: bool,
    now: datetime,
) -> Asked:
    """Two statements at most, nothing stored.

    Only "not by telehealth, but in person" may move a visit; where neither is covered, coverage has no say and staff
    verify. A patient who has no plan pays alone and is owed an estimate. Raises `self_pay_not_allowed` (Medicaid and
    CHIP members may not be asked to pay) and `self_pay_needs_form` (Medicare wants its own signed notice first).
    Source: facts.md 4.4 "Use in routing", clinic policy.
    """
    telehealth_channels = [str(channel) for channel in service.channels] or ["video"]
    answers = coverage.compare(
        patient_id=patient_id,
        service=service.slug,
        patient_location=location,
        site="home",
        dos=on,
        provider_type=profession,
        relation="established" if is_established else "new",
        now=now,
        modalities=(*telehealth_channels, "in_person"),
    )
    telehealth = answers[telehealth_channels[0]]
    if telehealth.reason == SELF_PAY:
        return Asked(answers, Coverage.not_covered, pays_alone=True)
    if self_pay_ack:
        _check_may_self_pay(telehealth)
        if telehealth.status is Status.not_covered:
            return Asked(answers, Coverage.not_covered, pays_alone=True)
    return Asked(answers, Coverage(coverage.for_routing(answers)), pays_alone=self_pay_ack)


def _check_may_self_pay(answer: Answer) -> None:
    payer_type = answer.question.payer_type
    if payer_type in _MEDICAID:
        raise Refusal(
            "self_pay_not_allowed",
            _("With Medicaid you may not be asked to pay for this yourself. Leave that box empty, or call us."),
            field="self_pay_ack",
        )
    if payer_type in _MEDICARE:
        raise Refusal(
            "self_pay_needs_form",
            _("Medicare asks for a signed notice before you pay yourself. Call us and we will go through it with you."),
            field="self_pay_ack",
        )
