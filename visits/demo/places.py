"""Sites, rooms, plans and what these plans say."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.apps import apps

from billing.services import plans, rules_desk
from oncology_clinic.actors import Actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from visits.demo.reading import Clinic, PlanRule
from visits.models import Room, Site

SINCE = date(2024, 1, 1)


def is_made(clinic: Clinic) -> bool:
    return Site.objects.filter(code=clinic.sites[0].code).exists()


def make(clinic: Clinic, *, actor: Actor, now: datetime) -> None:
    """Everything that is there before the first patient comes, but the staff."""
    for wanted in clinic.sites:
        site = Site.objects.create(
            code=wanted.code,
            name=wanted.name,
            address=wanted.address,
            phone=wanted.phone,
            state=wanted.state,
            time_zone=wanted.time_zone,
        )
        Room.objects.bulk_create([Room(site=site, name=name) for name in wanted.rooms])
        record_configured("visits.Site", site.id, actor=actor, now=now)
    plan_model = apps.get_model("billing", "Plan")
    for plan in clinic.plans:
        row = plan_model(name=plan.name, payer=plan.payer, code=plan.code, payer_type=plan.payer_type, phone=plan.phone)
        plans.save(row, actor=actor, now=now)
    for rule in clinic.plan_rules:
        _publish(rule, actor=actor, now=now)


def _publish(rule: PlanRule, *, actor: Actor, now: datetime) -> None:
    draft = apps.get_model("billing", "CoverageRule")(
        code=rule.code,
        kind="plan",
        decision=rule.decision,
        valid_from=SINCE,
        payer=list(rule.payer),
        jurisdiction=list(rule.jurisdiction),
        service=list(rule.service),
        modality=list(rule.modality),
        cost_share=rule.cost_share,
        source_title="Invented for the demo clinic: no real plan says this",
        confidence="memory",
        reviewed_by="Demo clinic",
        reviewed_on=now.date(),
        review_due=now.date() + timedelta(days=3650),
    )
    rules_desk.save_draft(draft, actor=actor, now=now)
    rules_desk.publish(draft.id, actor=actor, now=now)


def record_configured(object_type: str, object_id: object, *, actor: Actor, now: datetime) -> None:
    audit.record(
        Action.configure,
        actor=actor,
        category=Category.appointment,
        now=now,
        object_type=object_type,
        object_id=str(object_id),
    )
