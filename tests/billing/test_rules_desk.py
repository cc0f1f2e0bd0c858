"""Rules as rows: published only when reviewed, never edited afterwards, loaded from the law as often as you like."""

from __future__ import annotations

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from billing.models import CoverageRule, RuleBookStamp
from billing.rules import edition
from billing.rules.model import RuleStatus
from billing.services import law, rules_desk
from oncology_clinic.actors import Actor, Role, system_actor
from oncology_clinic.errors import Conflict, Forbidden, Refusal
from tests.billing import factories
from tests.billing.factories import NOW

pytestmark = pytest.mark.django_db
ADMIN = factories.administrator()


def test_it_publishes_a_reviewed_draft():
    draft = factories.rule(status="draft")

    assert rules_desk.publish(draft.id, actor=ADMIN, now=NOW).status == RuleStatus.active


@pytest.mark.parametrize(
    "missing",
    [
        {"source_title": "", "source_url": ""},
        {"reviewed_by": ""},
        {"reviewed_on": None},
        {"review_due": None},
    ],
)
def test_it_publishes_nothing_without_source_reviewer_and_review_date(missing):
    draft = factories.rule(status="draft", **missing)

    with pytest.raises(Refusal) as refused:
        rules_desk.publish(draft.id, actor=ADMIN, now=NOW)
    assert refused.value.code == "rule_incomplete"
    with pytest.raises(IntegrityError), transaction.atomic():
        CoverageRule.objects.filter(id=draft.id).update(status="active")


def test_it_is_content_with_a_title_or_an_address_as_source():
    assert factories.rule(source_title="").status == "active"


@pytest.mark.parametrize(
    "wrong", [{"modality": ["fax"]}, {"service": []}, {"valid_to": date(2025, 1, 1)}, {"conditions": ["Two words"]}]
)
def test_it_stores_no_rule_that_the_resolution_cannot_read(wrong):
    draft = factories.rule(status="draft")
    for name, value in wrong.items():
        setattr(draft, name, value)

    with pytest.raises(Refusal) as refused:
        rules_desk.save_draft(draft, actor=ADMIN, now=NOW)
    assert refused.value.code == "rule_unreadable"


@pytest.mark.parametrize(
    "change",
    [
        "decision = 'not_covered'",
        "note = 'x'",
        "valid_from = '2020-01-01'",
        "valid_to = '2027-01-01'",
        "status = 'draft'",
    ],
)
def test_it_refuses_in_the_database_to_edit_a_published_row(change):
    factories.rule(valid_to=date(2026, 12, 31))

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"update billing_coveragerule set {change}")


@pytest.mark.parametrize("status", ["active", "retired"])
def test_it_refuses_in_the_database_to_delete_a_published_row(status):
    factories.rule(status=status)

    with pytest.raises(IntegrityError), transaction.atomic():
        CoverageRule.objects.all().delete()


def test_it_refuses_to_bring_a_retired_row_back():
    made = factories.rule(status="retired")

    with pytest.raises(IntegrityError), transaction.atomic():
        CoverageRule.objects.filter(id=made.id).update(status="active")


def test_it_edits_and_deletes_drafts_freely():
    draft = factories.rule(status="draft")
    draft.decision = "not_covered"

    rules_desk.save_draft(draft, actor=ADMIN, now=NOW)
    draft.refresh_from_db()
    assert draft.decision == "not_covered"
    draft.delete()


def test_it_refuses_to_save_over_a_published_row():
    made = factories.rule()

    with pytest.raises(Conflict) as refused:
        rules_desk.save_draft(made, actor=ADMIN, now=NOW)
    assert refused.value.code == "rule_published"


@pytest.mark.parametrize(
    ("starts", "old_status", "old_last_day"),
    [
        (date(2027, 1, 1), "active", date(2026, 12, 31)),  # the old row keeps its own days
        (date(2026, 1, 1), "retired", None),
    ],
)
def test_it_supersedes_by_a_new_version(starts, old_status, old_last_day):
    old = factories.rule()
    new = rules_desk.supersede(old.id, actor=ADMIN, now=NOW)
    assert (new.code, new.version, new.status, new.reviewed_by) == (old.code, 2, "draft", "")

    new.valid_from, new.decision = starts, "not_covered"
    new.reviewed_by, new.reviewed_on, new.review_due = "R. Viewer", NOW.date(), date(2027, 6, 30)
    rules_desk.save_draft(new, actor=ADMIN, now=NOW)
    rules_desk.publish(new.id, actor=ADMIN, now=NOW)

    old.refresh_from_db()
    assert (old.status, old.valid_to) == (old_status, old_last_day)


def test_it_closes_a_rule_only_inside_its_own_days():
    made = factories.rule(valid_to=date(2026, 12, 31))

    assert rules_desk.close(made.id, last_day=date(2026, 6, 30), actor=ADMIN, now=NOW).valid_to == date(2026, 6, 30)
    for impossible in (date(2025, 12, 31), date(2026, 7, 1)):
        with pytest.raises(Refusal):
            rules_desk.close(made.id, last_day=impossible, actor=ADMIN, now=NOW)


def test_it_notices_an_author_who_reviews_their_own_rule():
    assert rules_desk.is_reviewed_by_author(factories.rule("a", written_by="Sam", reviewed_by="sam"))
    assert not rules_desk.is_reviewed_by_author(factories.rule("b", written_by="Sam", reviewed_by="Kim"))


@pytest.mark.parametrize(
    "actor",
    [
        Actor(role=Role.patient),
        Actor(role=Role.clinician, is_verified=True),
        Actor(role=Role.auditor, is_verified=True),
        Actor(role=Role.administrator),  # no second factor shown
    ],
)
def test_it_lets_only_a_verified_administrator_change_rules(actor):
    made = factories.rule()

    for act in (rules_desk.retire, rules_desk.supersede, rules_desk.publish):
        with pytest.raises(Forbidden):
            act(made.id, actor=actor, now=NOW)


def test_it_renews_the_stamp_with_every_change():
    tokens = []
    made = factories.rule(status="draft")
    for act in (lambda: None, lambda: made.save(), lambda: made.delete()):
        act()
        tokens.append(RuleBookStamp.objects.get().token)

    assert len(set(tokens)) == 3


# -- the law ------------------------------------------------------------------------------------


def load():
    return law.load(actor=system_actor("load_law"), now=NOW)


def test_it_loads_the_edition_once_and_finds_nothing_to_do_again():
    first, again = load(), load()

    assert first.created == len(edition.provisions()) == CoverageRule.objects.count()
    assert (again.created, again.redrafted, again.superseding) == (0, 0, 0)
    assert again.unchanged == first.created


def test_it_leaves_every_state_row_a_draft():
    load()

    assert set(CoverageRule.objects.exclude(jurisdiction=["*"]).values_list("status", flat=True)) == {"draft"}
    assert CoverageRule.objects.filter(status="active").exists()


def test_it_lays_a_changed_provision_beside_the_published_row(monkeypatch):
    load()
    changed = [
        one if one.id != "us-medicare-em-video" else type(one)(**{**_fields(one), "note": "read again"})
        for one in edition.provisions()
    ]
    monkeypatch.setattr(edition, "provisions", lambda: tuple(changed))

    assert load().superseding == 1
    assert load().superseding == 0
    versions = list(CoverageRule.objects.filter(code="us-medicare-em-video").values_list("version", "status"))
    assert versions == [(1, "active"), (2, "draft")]


def test_it_redrafts_a_changed_draft(monkeypatch):
    load()
    changed = [
        one if one.id != "wa-insured-audio" else type(one)(**{**_fields(one), "note": "read again"})
        for one in edition.provisions()
    ]
    monkeypatch.setattr(edition, "provisions", lambda: tuple(changed))

    assert load().redrafted == 1
    assert CoverageRule.objects.get(code="wa-insured-audio").note == "read again"


def test_it_does_not_bring_back_what_an_administrator_retired():
    load()
    row = CoverageRule.objects.get(code="us-medicare-em-video")
    rules_desk.retire(row.id, actor=ADMIN, now=NOW)

    load()
    assert not CoverageRule.objects.filter(code="us-medicare-em-video", status="active").exists()


def test_it_loads_by_command():
    out = StringIO()
    call_command("load_law", stdout=out)

    assert f"{len(edition.provisions())} new" in out.getvalue()


def _fields(rule):
    return {name: getattr(rule, name) for name in rule.__dataclass_fields__}
