"""What a visit is likely to cost in words, and whether a patient may agree to pay for it themselves.

No amounts: the clinic's charges are not in this product, and a plan settles its share later.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from billing.rules.model import Answer, CostShare, PayerType, Status
from oncology_clinic.decisions import Citation, Confidence


class Cost(StrEnum):
    """What we can say about the patient's share."""

    same_as_in_person = "same_as_in_person"
    less = "lower"
    more = "higher"
    waived = "waived"
    unknown = "unknown"
    own_cost = "own_cost"  # no plan pays: a good faith estimate is due


class OwnPayment(StrEnum):
    accepted = "accepted"
    not_allowed = "not_allowed"
    needs_advance_notice = "needs_advance_notice"
    not_written = "not_written"


OWN_PAYMENT_SOURCE = Citation(
    title="Clinic policy on patients who agree to pay (Medicaid often forbids it; Medicare asks for an advance notice)",
    confidence=Confidence.clinic_policy,
)
NEVER_ASKED_TO_PAY = frozenset({PayerType.medicaid, PayerType.chip})
NOTICE_FIRST = frozenset({PayerType.medicare_ffs, PayerType.medicare_advantage})


@dataclass(frozen=True, slots=True)
class OwnPaymentAnswer:
    outcome: OwnPayment
    source: Citation = OWN_PAYMENT_SOURCE

    @property
    def is_accepted(self) -> bool:
        """What routing's `self_pay_ack` fact may be set to."""
        return self.outcome is OwnPayment.accepted


def cost(answer: Answer) -> Cost:
    """The patient's share in one word; `unknown` unless the deciding rule says it."""
    if answer.status is Status.not_covered:
        return Cost.own_cost
    if answer.cost_share is CostShare.unknown:
        return Cost.unknown
    return Cost(answer.cost_share)


def own_payment(payer_type: str, *, is_written: bool, is_notice_cleared: bool = False) -> OwnPaymentAnswer:
    """May this patient's agreement to pay count (routing's `self_pay_ack`)?

    `is_written`: the patient agreed in writing. `is_notice_cleared`: billing staff have
    cleared the advance notice form that Medicare asks for. Medicaid and CHIP: refused.
    """
    if payer_type in NEVER_ASKED_TO_PAY:
        return OwnPaymentAnswer(OwnPayment.not_allowed)
    if not is_written:
        return OwnPaymentAnswer(OwnPayment.not_written)
    if payer_type in NOTICE_FIRST and not is_notice_cleared:
        return OwnPaymentAnswer(OwnPayment.needs_advance_notice)
    return OwnPaymentAnswer(OwnPayment.accepted)
