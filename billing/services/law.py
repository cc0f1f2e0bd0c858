"""Load the built-in edition of the law into the rule book. Can be run again at any time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from billing import policies
from billing.models import CoverageRule
from billing.models.rules import DIMENSIONS
from billing.rules import edition
from billing.rules import model as pure
from billing.services import rules_desk
from oncology_clinic.actors import Actor


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many provisions were new, redrafted or laid beside a published row, and how many were there already."""

    created: int = 0
    redrafted: int = 0
    superseding: int = 0
    unchanged: int = 0


def load(*, actor: Actor, now: datetime) -> Loaded:
    """Bring the edition's provisions into the database, one transaction. Raises `Malformed` on a bad file.

    New: stored, and published if the edition says active. A draft that changed: redrafted.
    A published row that changed: never edited; a new draft version is laid beside it, once.
    """
    policies.check_can_change_rules(actor)
    counts = {"created": 0, "redrafted": 0, "superseding": 0, "unchanged": 0}
    with transaction.atomic():
        newest = _newest()
        for provision in edition.provisions():
            counts[_load_one(provision, newest.get(provision.id), actor=actor, now=now)] += 1
    return Loaded(**counts)


def _newest() -> dict[str, CoverageRule]:
    """The newest version of each rule, by code."""
    return {row.code: row for row in CoverageRule.objects.order_by("code", "version")}


def _load_one(provision: pure.CoverageRule, row: CoverageRule | None, *, actor: Actor, now: datetime) -> str:
    if row is None:
        return _create(provision, actor=actor, now=now)
    if _says_the_same(provision, row):
        return "unchanged"
    if row.status == pure.RuleStatus.draft:
        rules_desk.save_draft(_filled(row, provision), actor=actor, now=now)
        return "redrafted"
    if row.status == pure.RuleStatus.retired:
        return "unchanged"  # an administrator took it back; the file does not bring it again
    draft = rules_desk.supersede(row.id, actor=actor, now=now)
    rules_desk.save_draft(_filled(draft, provision), actor=actor, now=now)
    return "superseding"


def _create(provision: pure.CoverageRule, *, actor: Actor, now: datetime) -> str:
    row = _filled(CoverageRule(code=provision.id), provision)
    rules_desk.save_draft(row, actor=actor, now=now)
    if provision.status is pure.RuleStatus.active:
        rules_desk.publish(row.id, actor=actor, now=now)
    return "created"


def _filled(row: CoverageRule, provision: pure.CoverageRule) -> CoverageRule:
    for name, value in _columns(provision).items():
        setattr(row, name, value)
    return row


def _says_the_same(provision: pure.CoverageRule, row: CoverageRule) -> bool:
    return all(getattr(row, name) == value for name, value in _columns(provision).items())


def _columns(provision: pure.CoverageRule) -> dict[str, object]:
    columns: dict[str, object] = {name: list(getattr(provision, name)) for name in DIMENSIONS}
    for name in ("kind", "decision", "basis", "cost_share", "payment_parity"):
        columns[name] = str(getattr(provision, name))
    for name in (
        "valid_from",
        "valid_to",
        "pos_hint",
        "modifier_hint",
        "reviewed_by",
        "reviewed_on",
        "review_due",
        "note",
    ):
        columns[name] = getattr(provision, name)
    source = provision.source
    return columns | {
        "conditions": list(provision.conditions),
        "source_title": source.title,
        "source_url": source.url,
        "source_date": source.published,
        "retrieved_on": source.read_on,
        "confidence": source.confidence,
    }
