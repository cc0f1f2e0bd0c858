"""What a coverage rule says, the question it is asked, and the words both use. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

ANY = "*"
FAMILY_PREFIX = "fam:"


class RuleKind(StrEnum):
    mandate = "mandate"  # a law that tells plans what to cover
    program = "program"  # a public programme's own rule
    plan = "plan"
    contract = "contract"


class PayerType(StrEnum):
    medicare_ffs = "medicare_ffs"
    medicare_advantage = "medicare_advantage"
    medicaid = "medicaid"
    chip = "chip"
    marketplace = "marketplace"
    commercial_insured = "commercial_insured"
    commercial_self_funded = "commercial_self_funded"
    tricare = "tricare"
    va = "va"
    self_pay = "self_pay"


class Basis(StrEnum):
    """Which state a rule's jurisdiction is compared with."""

    policy_situs = "policy_situs"
    program_state = "program_state"
    patient_location = "patient_location"


class Modality(StrEnum):
    video = "video"
    audio = "audio"
    asynchronous = "async"
    rpm = "rpm"
    in_person = "in_person"


class Site(StrEnum):
    """Where the patient sits during the visit."""

    home = "home"
    clinic = "clinic"
    rural_clinic = "rural_clinic"
    nursing_facility = "nursing_facility"
    mental_health_center = "mental_health_center"
    hospital = "hospital"
    other = "other"


class Relation(StrEnum):
    new = "new"
    established = "established"


class Decides(StrEnum):
    """What a rule says."""

    covered = "covered"
    prior_auth = "prior_auth"
    not_covered = "not_covered"
    needs_review = "needs_review"


class RuleStatus(StrEnum):
    draft = "draft"
    active = "active"
    retired = "retired"


class CostShare(StrEnum):
    same_as_in_person = "same_as_in_person"
    less = "lower"
    more = "higher"
    waived = "waived"
    unknown = "unknown"


class Parity(StrEnum):
    """Whether the plan must pay the clinic the same for telehealth."""

    full = "full"
    partial = "partial"
    none = "none"
    unknown = "unknown"


class Eligibility(StrEnum):
    """What the plan's 271 reply said, in one word."""

    active = "active"
    inactive = "inactive"
    noncovered_service = "noncovered_service"
    auth_required = "auth_required"


class Status(StrEnum):
    """The answer."""

    covered = "covered"
    prior_auth_required = "prior_auth_required"
    not_covered = "not_covered"
    unknown_needs_review = "unknown_needs_review"


Values = tuple[str, ...]
EVERY: Values = (ANY,)


@dataclass(frozen=True, slots=True)
class RuleSource:
    """Where the rule was read, when, and how sure we are (a `Confidence` value)."""

    title: str = ""
    url: str = ""
    published: str = ""
    read_on: date | None = None
    confidence: str = ""


@dataclass(frozen=True, slots=True)
class CoverageRule:
    """One dated, cited rule. Each dimension is a tuple of values; `*` holds everywhere.

    `valid_from` and `valid_to` are both inclusive, as law is written, and are compared with
    the date of service. `id` with `version` names one row for ever.
    """

    id: str
    kind: RuleKind
    decision: Decides
    valid_from: date
    valid_to: date | None = None
    payer_type: Values = EVERY
    payer: Values = EVERY
    plan: Values = EVERY
    jurisdiction: Values = EVERY
    basis: Basis = Basis.patient_location
    service: Values = EVERY
    modality: Values = EVERY
    provider_type: Values = EVERY
    site: Values = EVERY
    relation: Values = EVERY
    conditions: Values = ()
    cost_share: CostShare = CostShare.unknown
    payment_parity: Parity = Parity.unknown
    pos_hint: str = ""
    modifier_hint: str = ""
    source: RuleSource = RuleSource()
    reviewed_by: str = ""
    reviewed_on: date | None = None
    review_due: date | None = None
    status: RuleStatus = RuleStatus.active
    note: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class PriorAuthorization:
    """An authorisation on file. `valid_to` is its last day; absent, it has none."""

    service: str
    valid_from: date
    valid_to: date | None = None

    def holds(self, *, service: str, on: date) -> bool:
        is_in_time = self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)
        return self.service == service and is_in_time


@dataclass(frozen=True, slots=True)
class Question:
    """Does this plan pay for this service, this way, on this date? Unknown dimensions are None.

    `dos` is the date of service: it alone selects the rules. `today` only tells whether a
    rule's review is overdue.
    """

    payer_type: str
    service: str
    modality: str
    dos: date
    today: date
    payer: str | None = None
    plan: str | None = None
    policy_situs: str | None = None
    program_state: str | None = None
    patient_location: str | None = None
    provider_type: str | None = None
    site: str | None = None
    relation: str | None = None
    facts: Mapping[str, bool] = field(default_factory=dict)
    prior_auth: PriorAuthorization | None = None
    elig271: Eligibility | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence of the explanation: its code in `wording.SENTENCES` and the values to fill in."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Loser:
    """A rule that fits the question and did not decide it, and why."""

    rule: CoverageRule
    why: str  # less_specific, older, same_answer, conflicts


@dataclass(frozen=True, slots=True)
class Answer:
    """What the rules say to one question, and everything a person needs to check it."""

    question: Question
    status: Status
    reason: str
    rule: CoverageRule | None = None
    steps: tuple[Step, ...] = ()
    losers: tuple[Loser, ...] = ()
    missing_facts: Values = ()
    revision: str = ""

    @property
    def reason_code(self) -> str:
        """The reason without its tail: `missing_fact` of `missing_fact:a,b`."""
        return self.reason.partition(":")[0]

    @property
    def cost_share(self) -> CostShare:
        """Known only where the plan pays."""
        pays = self.status in (Status.covered, Status.prior_auth_required)
        return self.rule.cost_share if self.rule and pays else CostShare.unknown
