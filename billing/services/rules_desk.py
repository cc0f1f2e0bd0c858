"""Draft, publish, close, retire and supersede coverage rules. What is published is never edited."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from billing import policies
from billing.models import CoverageRule
from billing.models.rules import DIMENSIONS
from billing.rules import reading
from billing.rules.model import RuleStatus
from oncology_clinic.actors import Actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.decisions import Malformed
from oncology_clinic.errors import Conflict, Refusal

COPIED = (
    *DIMENSIONS,
    "kind",
    "decision",
    "valid_from",
    "valid_to",
    "basis",
    "conditions",
    "cost_share",
    "payment_parity",
    "pos_hint",
    "modifier_hint",
    "source_title",
    "source_url",
    "source_date",
    "retrieved_on",
    "confidence",
    "note",
)


def save_draft(rule: CoverageRule, *, actor: Actor, now: datetime) -> CoverageRule:
    """Store a new or changed draft. Raises `wrong_role`, `rule_published` (409), `rule_unreadable` (422)."""
    policies.check_can_change_rules(actor)
    if rule.status != RuleStatus.draft:
        raise _is_published()
    check_readable(rule)
    rule.written_by = rule.written_by or actor.label
    with transaction.atomic():
        if not rule._state.adding:
            _locked(rule.id, status=RuleStatus.draft)
        rule.save()
        _record("draft", rule=rule, actor=actor, now=now)
    return rule


def publish(rule_id: UUID, *, actor: Actor, now: datetime) -> CoverageRule:
    """Let a draft answer from now on. The row it supersedes ends the day before it begins, or is retired.

    Raises `rule_published` (409), `rule_incomplete` (422: source, reviewer or review date
    missing), `rule_unreadable` (422).
    """
    policies.check_can_change_rules(actor)
    with transaction.atomic():
        rule = _locked(rule_id, status=RuleStatus.draft)
        check_complete(rule)
        check_readable(rule)
        if rule.supersedes_id is not None:
            old = CoverageRule.objects.select_for_update(of=("self",)).get(id=rule.supersedes_id)
            _make_room(old, rule, actor=actor, now=now)
        rule.status, rule.published_at = RuleStatus.active, now
        rule.save(update_fields=["status", "published_at"])
        _record("publish", rule=rule, actor=actor, now=now)
    return rule


def supersede(rule_id: UUID, *, actor: Actor, now: datetime) -> CoverageRule:
    """A new draft, one version on, with the published row's values and no reviewer yet.

    Publishing it ends the old row. Raises `rule_not_published` (409).
    """
    policies.check_can_change_rules(actor)
    with transaction.atomic():
        old = _locked(rule_id, status=RuleStatus.active)
        newest = CoverageRule.objects.filter(code=old.code).order_by("-version").first()
        draft = CoverageRule(
            code=old.code,
            version=(newest or old).version + 1,
            supersedes=old,
            written_by=actor.label,
            **{name: getattr(old, name) for name in COPIED},
        )
        draft.save(force_insert=True)
        _record("supersede", rule=draft, actor=actor, now=now)
    return draft


def close(rule_id: UUID, *, last_day: date, actor: Actor, now: datetime) -> CoverageRule:
    """Give a published rule its last day, as when the law changes from the day after.

    Raises `rule_not_published` (409), `last_day_impossible` (422: before its first day or
    later than the last day it has).
    """
    policies.check_can_change_rules(actor)
    with transaction.atomic():
        rule = _locked(rule_id, status=RuleStatus.active)
        if last_day < rule.valid_from or (rule.valid_to is not None and last_day > rule.valid_to):
            raise Refusal(
                "last_day_impossible", _("The last day must lie inside the rule's own days."), field="valid_to"
            )
        return _close(rule, last_day=last_day, actor=actor, now=now)


def retire(rule_id: UUID, *, actor: Actor, now: datetime) -> CoverageRule:
    """Let a published rule answer no more. Raises `rule_not_published` (409)."""
    policies.check_can_change_rules(actor)
    with transaction.atomic():
        return _retire(_locked(rule_id, status=RuleStatus.active), actor=actor, now=now)


def check_readable(rule: CoverageRule) -> None:
    """Raise `rule_unreadable` with a sentence if the pure rules would not understand the row."""
    raw: dict[str, object] = {name: list(getattr(rule, name)) for name in DIMENSIONS}
    raw |= {"id": rule.code, "kind": rule.kind, "decision": rule.decision, "basis": rule.basis}
    raw |= {"from": rule.valid_from, "to": rule.valid_to, "conditions": list(rule.conditions)}
    try:
        reading.rule(raw)
    except Malformed as wrong:
        raise Refusal("rule_unreadable", wrong.sentence) from None


def check_complete(rule: CoverageRule) -> None:
    """Raise `rule_incomplete` unless source, reviewer and review date are named."""
    has_source = bool(rule.source_title or rule.source_url)
    if not (has_source and rule.reviewed_by and rule.reviewed_on and rule.review_due):
        raise Refusal(
            "rule_incomplete",
            _(
                "Before a rule can answer it needs a source, a reviewer, the day of the review and the next review date."
            ),
        )


def is_reviewed_by_author(rule: CoverageRule) -> bool:
    """Author and reviewer should differ: clinic policy, shown as a warning."""
    return bool(rule.written_by) and rule.written_by.casefold() == rule.reviewed_by.casefold()


def _make_room(old: CoverageRule, new: CoverageRule, *, actor: Actor, now: datetime) -> None:
    """The old row keeps the days before the new one begins; one that would keep none is retired."""
    if old.status != RuleStatus.active:
        return
    if new.valid_from <= old.valid_from:
        _retire(old, actor=actor, now=now)
    elif old.valid_to is None or new.valid_from <= old.valid_to:
        _close(old, last_day=new.valid_from - timedelta(days=1), actor=actor, now=now)


def _close(rule: CoverageRule, *, last_day: date, actor: Actor, now: datetime) -> CoverageRule:
    rule.valid_to = last_day
    rule.save(update_fields=["valid_to"])
    _record("close", rule=rule, actor=actor, now=now)
    return rule


def _retire(rule: CoverageRule, *, actor: Actor, now: datetime) -> CoverageRule:
    rule.status, rule.retired_at = RuleStatus.retired, now
    rule.save(update_fields=["status", "retired_at"])
    _record("retire", rule=rule, actor=actor, now=now)
    return rule


def _locked(rule_id: UUID, *, status: RuleStatus) -> CoverageRule:
    rule: CoverageRule = CoverageRule.objects.select_for_update(of=("self",)).get(id=rule_id)
    if rule.status != status:
        if status is RuleStatus.draft:
            raise _is_published()
        raise Conflict("rule_not_published", _("Only a published rule can be closed, retired or superseded."))
    return rule


def _is_published() -> Conflict:
    return Conflict("rule_published", _("This rule has been published. It is never edited; make a new version of it."))


def _record(what: str, *, rule: CoverageRule, actor: Actor, now: datetime) -> None:
    audit.record(
        Action.configure,
        actor=actor,
        category=Category.billing,
        now=now,
        object_type="billing.CoverageRule",
        object_id=rule.id,
        detail={"what": what, "rule": rule.code, "version": rule.version},
    )
