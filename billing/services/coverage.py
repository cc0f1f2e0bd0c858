"""Ask the rule book for a patient, and keep what it said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from billing import policies
from billing.models import CoverageCheck, Plan, PlanMembership
from billing.rules import coverage as resolution
from billing.rules import outcomes
from billing.rules.book import Book
from billing.rules.model import Answer, Eligibility, Modality, PriorAuthorization, Question, Status, Step
from billing.selectors import plans, rule_book
from billing.services import kept as kept_words
from billing.services.commands import CheckCoverage, SaidPlan
from oncology_clinic.actors import Actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category

# The telehealth answer that routing weighs: the channel a visit would take first.
TELEHEALTH = (Modality.video, Modality.asynchronous, Modality.rpm, Modality.audio)


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer, the plan it is about (None: none on file) and the row that keeps it."""

    answer: Answer
    plan: Plan | None
    check: CoverageCheck


def compare(
    *,
    patient_id: UUID,
    service: str,
    patient_location: str | None,
    site: str | None,
    dos: date,
    provider_type: str | None,
    relation: str | None,
    now: datetime,
    modalities: Iterable[str],
    facts: Mapping[str, bool] | None = None,
    prior_auth: PriorAuthorization | None = None,
    elig271: Eligibility | None = None,
) -> dict[str, Answer]:
    """The answer for each modality, by the plan on file on the date of service. Two statements; nothing is stored.

    `dos` is the visit's local date; it selects plan and rules. `now` (aware) only tells
    which reviews are overdue. Asks no policy: the caller acts for the patient already.
    """
    return _compare(
        _shaped(
            service=service,
            dos=dos,
            patient_location=patient_location,
            site=site,
            provider_type=provider_type,
            relation=relation,
            facts=facts or {},
            prior_auth=prior_auth,
            elig271=elig271,
        ),
        membership=plans.membership(patient_id, on=dos),
        modalities=modalities,
        now=now,
    )


def for_routing(answers: Mapping[str, Answer]) -> str:
    """Routing's coverage fact: `covered`, `not_covered`, `unknown` or `pa_missing`.

    Only "not by telehealth, but in person" may move a visit; where in person is not
    known to be covered either, coverage has no say and staff verify (`unknown`).
    Source: rule model, "Use in routing".
    """
    telehealth = next(answers[modality] for modality in TELEHEALTH if modality in answers)
    if telehealth.status is Status.prior_auth_required:
        return "pa_missing"
    if telehealth.status is Status.not_covered:
        in_person = answers.get(Modality.in_person)
        is_covered_there = in_person is not None and in_person.status is Status.covered
        return "not_covered" if is_covered_there else "unknown"
    return "covered" if telehealth.status is Status.covered else "unknown"


def check(command: CheckCoverage, *, actor: Actor, now: datetime) -> Checked:
    """Answer one question for a patient and keep it as a `CoverageCheck`.

    The record fills in the plan; what the command says of a plan counts only where the
    record has none. Raises `patient_missing` (422), `not_found` (404).
    """
    patient_id = policies.patient_of(actor, patient_id=command.patient_id)
    policies.check_can_ask_for(actor, patient_id=patient_id, now=now)
    membership = plans.membership(patient_id, on=command.dos)
    asked = _shaped(
        service=command.service,
        dos=command.dos,
        patient_location=command.patient_location,
        site=command.site,
        provider_type=command.provider_type,
        relation=command.relation,
        facts=command.facts,
        prior_auth=command.prior_auth,
        elig271=command.elig271,
    )
    found = _compare(asked, membership=membership, modalities=(command.modality,), now=now, said=command.said)
    answer = found[command.modality]
    with transaction.atomic():
        kept = store(answer, patient_id=patient_id, actor=actor.acting_for(patient_id), now=now)
    return Checked(answer, membership.plan if membership else None, kept)


def store(answer: Answer, *, patient_id: UUID, actor: Actor, now: datetime) -> CoverageCheck:
    """Keep the answer: one INSERT, and its audit event, in the caller's transaction."""
    kept = built(answer, patient_id=patient_id, actor=actor, now=now)
    kept.save(force_insert=True)
    audit.record(
        Action.coverage_check,
        actor=actor,
        category=Category.billing,
        now=now,
        patient_id=patient_id,
        object_type="billing.CoverageCheck",
        object_id=kept.id,
        detail={"status": str(answer.status), "rule": kept.rule_code, "version": kept.rule_version},
    )
    return kept


def built(answer: Answer, *, patient_id: UUID, actor: Actor, now: datetime) -> CoverageCheck:
    """The row of an answer, not yet saved: for a caller that writes several rows in one statement and records itself."""
    return CoverageCheck(
        patient_id=patient_id,
        modality=answer.question.modality,
        status=answer.status,
        reason_code=answer.reason_code,
        rule_code=answer.rule.id if answer.rule else "",
        rule_version=answer.rule.version if answer.rule else None,
        revision=answer.revision,
        question=kept_words.question(answer.question),
        answer=kept_words.answer(answer),
        asked_by_id=actor.account_id,
        created_at=now,
    )


# -- inside ------------------------------------------------------------------------------


def _shaped(
    *,
    service: str,
    dos: date,
    patient_location: str | None,
    site: str | None,
    provider_type: str | None,
    relation: str | None,
    facts: Mapping[str, bool],
    prior_auth: PriorAuthorization | None,
    elig271: Eligibility | None,
) -> Question:
    """The question as far as the asker knows it; plan, modality and today are filled in later."""
    return Question(
        payer_type="",
        service=service,
        modality="",
        dos=dos,
        today=dos,
        patient_location=patient_location or None,
        site=site or None,
        provider_type=provider_type or None,
        relation=relation or None,
        facts=facts,
        prior_auth=prior_auth,
        elig271=elig271,
    )


def _compare(
    asked: Question,
    *,
    membership: PlanMembership | None,
    modalities: Iterable[str],
    now: datetime,
    said: SaidPlan = SaidPlan(),  # noqa: B008 (frozen)
) -> dict[str, Answer]:
    book = rule_book.current()
    today = now.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE)).date()
    answers = {}
    for modality in modalities:
        question = _with_plan(asked, membership=membership, said=said, modality=modality, today=today)
        answers[modality] = _answered(question, book)
    return answers


def _with_plan(
    asked: Question, *, membership: PlanMembership | None, said: SaidPlan, modality: str, today: date
) -> Question:
    if membership is None:
        known = said
    else:
        plan = membership.plan
        known = SaidPlan(plan.payer_type, plan.payer, plan.code, membership.policy_situs, membership.program_state)
    return replace(
        asked,
        modality=modality,
        # Who stays at home for telehealth comes to the clinic for the same visit in person.
        site="clinic" if modality == Modality.in_person and asked.site == "home" else asked.site,
        today=today,
        payer_type=known.payer_type or "",
        payer=known.payer or None,
        plan=known.plan or None,
        policy_situs=known.policy_situs or None,
        program_state=known.program_state or None,
    )


def _answered(question: Question, book: Book) -> Answer:
    if not question.payer_type:
        steps = (outcomes.asked(question), Step("no_plan_on_file"))
        return Answer(question, Status.unknown_needs_review, "no_rule", steps=steps, revision=book.revision)
    return resolution.resolve(question, book)
