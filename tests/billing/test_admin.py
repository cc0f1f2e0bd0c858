"""Rules in the stock admin: drafts are edited, sentences say what is wrong, published rows stay as they are."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from billing.models import CoverageRule
from oncology_clinic.accounts.models import SealedTOTPDevice
from tests.accounts import factories as people
from tests.billing import factories

pytestmark = pytest.mark.django_db
LIST = "/admin/billing/coveragerule/"
DRAFT = {
    "code": "acme-audio",
    "kind": "plan",
    "decision": "covered",
    "valid_from": "2026-01-01",
    "valid_to": "",
    "payer_type": "*",
    "payer": "acme",
    "plan": "*",
    "jurisdiction": "*",
    "basis": "patient_location",
    "service": "fam:em",
    "modality": "audio",
    "provider_type": "*",
    "site": "*",
    "relation": "*",
    "conditions": "",
    "cost_share": "unknown",
    "payment_parity": "unknown",
    "source_title": "Acme provider manual 2026",
    "reviewed_by": "R. Viewer",
    "reviewed_on": "2026-11-01",
    "review_due": "2027-06-30",
}


@pytest.fixture
def admin():
    account = people.staff("boss", role="administrator")
    return people.sign_in(Client(), "boss", device=SealedTOTPDevice.objects.get(user=account))


def act(client, name: str, *rules):
    data = {"action": name, "_selected_action": [str(rule.pk) for rule in rules]}
    return client.post(LIST, data, follow=True).content.decode()


def test_it_lists_and_shows_the_rules(admin):
    rule = factories.rule()

    assert "acme-video" in admin.get(LIST).content.decode()
    assert admin.get(f"{LIST}{rule.pk}/change/").status_code == 200


def test_it_adds_a_draft_whatever_the_form_says_of_its_status(admin):
    answer = admin.post(f"{LIST}add/", {**DRAFT, "status": "active"})

    rule = CoverageRule.objects.get()
    assert answer.status_code == 302, answer.content.decode()
    assert (rule.status, rule.written_by, rule.modality) == ("draft", "boss", ["audio"])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"modality": "fax"}, "modality does not know"),
        ({"payer_type": "medicare"}, "payer_type does not know"),
        ({"valid_to": "2025-01-01"}, "to lies before from."),
        ({"conditions": "Two words"}, "conditions must be names of facts"),
        ({"service": ""}, "This field is required."),
    ],
)
def test_it_says_what_is_wrong_in_a_sentence(admin, change, sentence):
    answer = admin.post(f"{LIST}add/", {**DRAFT, **change})

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not CoverageRule.objects.exists()


def test_it_publishes_retires_and_makes_new_versions(admin):
    draft = factories.rule(status="draft")

    act(admin, "publish", draft)
    assert CoverageRule.objects.get().status == "active"
    act(admin, "new_version", draft)
    assert list(CoverageRule.objects.values_list("version", "status")) == [(1, "active"), (2, "draft")]
    act(admin, "retire", draft)
    assert CoverageRule.objects.get(version=1).status == "retired"


def test_it_edits_a_new_version_whose_code_is_not_asked_for(admin):
    act(admin, "new_version", factories.rule(code="acme-audio"))
    draft = CoverageRule.objects.get(version=2)
    given = {name: value for name, value in DRAFT.items() if name != "code"}

    answer = admin.post(f"{LIST}{draft.pk}/change/", {**given, "note": "Read again."})

    draft.refresh_from_db()
    assert answer.status_code == 302, answer.content.decode()
    assert (draft.code, draft.note, draft.status) == ("acme-audio", "Read again.", "draft")


def test_it_says_why_a_draft_cannot_be_published(admin):
    draft = factories.rule(status="draft", reviewed_by="")

    assert "Before a rule can answer it needs a source" in act(admin, "publish", draft)
    assert CoverageRule.objects.get().status == "draft"


def test_it_warns_when_the_author_reviewed_their_own_rule(admin):
    draft = factories.rule(status="draft", written_by="boss", reviewed_by="Boss")

    assert "its author is also its reviewer" in act(admin, "publish", draft)


def test_it_gives_a_published_row_its_last_day_and_nothing_else(admin):
    rule = factories.rule()
    admin.post(f"{LIST}{rule.pk}/change/", {"valid_to": "2026-12-31", "decision": "not_covered", "note": "edited"})

    rule.refresh_from_db()
    assert (rule.valid_to, rule.decision, rule.note) == (date(2026, 12, 31), "covered", "")


def test_it_deletes_nothing(admin):
    rule = factories.rule(status="draft")

    assert admin.post(f"{LIST}{rule.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in admin.get(LIST).content.decode()


def test_it_keeps_plans(admin):
    plan = {
        "name": "Beta Care",
        "payer": "beta",
        "code": "beta-1",
        "payer_type": "medicaid",
        "phone": "",
        "is_active": "on",
    }

    assert admin.post("/admin/billing/plan/add/", plan).status_code == 302


@pytest.mark.parametrize("role", ["clinician", "auditor", "nurse_coordinator"])
def test_it_opens_to_no_other_role(role):
    account = people.staff("somebody", role=role)
    client = people.sign_in(Client(), "somebody", device=SealedTOTPDevice.objects.get(user=account))

    assert client.get(LIST, follow=True).status_code == 403
