"""Will my plan pay? By page and by program, in two languages, for the right people (rows A42, A47, A48, D21, D22)."""

from __future__ import annotations

import json
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing.forms import CoverageForm
from billing.models import CoverageCheck
from billing.rules import families
from oncology_clinic.accounts.models import SealedTOTPDevice
from tests.accounts import factories as people
from tests.billing import factories
from visits.rules import catalogue

pytestmark = pytest.mark.django_db
PAGE, API = "/coverage/", "/api/v1/coverage/check/"
QUESTION = {
    "service": "results-review",
    "modality": "video",
    "dos": "2026-12-01",
    "site": "home",
    "patient_location": "OH",
}


@pytest.fixture
def story():
    person = people.a_patient()
    factories.member(person)
    factories.rule(review_due=date(2099, 1, 1))
    return person, people.sign_in(Client(), "patient")


def post(client, **body):
    return client.post(API, json.dumps({**QUESTION, **body}), content_type="application/json")


# -- the page ------------------------------------------------------------------------------------


def test_it_asks_in_plain_words_about_the_plan_on_file(story):
    _, client = story
    page = client.get(PAGE).content.decode()

    assert "Will my plan pay?" in page
    assert "Acme Silver" in page
    assert families.services()["results-review"]["en"] in page
    assert "UNDEFINED" not in page


def test_it_shows_the_answer_its_reasons_source_and_whom_to_call(story):
    person, client = story
    answer = client.post(PAGE, QUESTION)
    assert answer.status_code == 302

    page = client.get(answer["Location"]).content.decode()
    for words in (
        "Likely covered",
        "You pay the same as for a visit in the clinic.",
        "The rule says that the plan pays for this.",
        "Acme provider manual 2026",
        "https://example.org/acme-manual",
        "Call Acme Silver at 800-555-0111.",
        "Ask our financial counselor",
        "This is not a guarantee of payment.",
    ):
        assert words in page
    assert "UNDEFINED" not in page
    assert CoverageCheck.objects.get().patient_id == person.id


@pytest.mark.parametrize(
    ("rule", "headline"),
    [
        ({"decision": "covered"}, "Likely covered"),
        ({"decision": "prior_auth"}, "Needs prior authorization"),
        ({"decision": "not_covered"}, "Likely not covered"),
        ({"decision": "needs_review"}, "We cannot tell yet"),
        ({"conditions": ["rural_originating_area"]}, "We cannot tell yet"),
        ({"review_due": date(2020, 1, 1)}, "We cannot tell yet"),
    ],
)
def test_it_says_each_of_the_four_answers(rule, headline):
    person = people.a_patient()
    factories.member(person)
    factories.rule(**{"review_due": date(2099, 1, 1), **rule})
    client = people.sign_in(Client(), "patient")

    page = client.get(client.post(PAGE, QUESTION)["Location"]).content.decode()
    assert f"<h1>{headline}</h1>" in page


def test_it_never_stops_anybody_without_a_plan(story):
    person = people.a_patient("other")
    client = people.sign_in(Client(), "other")

    page = client.get(client.post(PAGE, QUESTION)["Location"]).content.decode()
    assert "We cannot tell yet" in page
    assert "We have no health plan on file for that day" in page
    assert CoverageCheck.objects.get().patient_id == person.id


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"service": ""}, "Choose a service."),
        ({"service": "dance"}, "Choose a service from the list."),
        ({"modality": "fax"}, "Choose one from the list."),
        ({"dos": ""}, "Give the day of the visit."),
        ({"dos": "12/01/2026"}, "Write the day like 2026-12-01."),
        ({"patient_location": "Ohio"}, "Choose the state from the list."),
        ({"surprise": "1"}, "We do not know what to do with: surprise."),
    ],
)
def test_it_keeps_what_was_typed_and_says_how_to_mend_it(story, change, sentence):
    _, client = story
    answer = client.post(PAGE, {**QUESTION, **change})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "<title>Error:" in page
    assert not CoverageCheck.objects.exists()
    if "service" not in change:
        assert '<option value="results-review" selected>' in page


def test_it_answers_a_stranger_as_if_there_were_nothing(story):
    person, client = story
    kept = client.post(PAGE, QUESTION)["Location"]
    people.a_patient("stranger")
    stranger = people.sign_in(Client(), "stranger")

    assert stranger.get(kept).status_code == 404
    assert stranger.get(f"{PAGE}?patient={person.id}").status_code == 404
    assert stranger.post(PAGE, {**QUESTION, "patient": str(person.id)}).status_code == 404
    assert stranger.get(f"{PAGE}answers/{uuid4()}/").status_code == 404
    assert stranger.get(f"{PAGE}?patient=nobody").status_code == 404
    assert CoverageCheck.objects.count() == 1


def test_it_sends_nobody_to_sign_in(story):
    assert Client().get(PAGE)["Location"].startswith("/account/sign-in/")
    assert Client().post(PAGE, QUESTION).status_code == 302
    assert not CoverageCheck.objects.exists()


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_it_is_no_page_of_administrators_and_auditors(role):
    account = people.staff("boss", role=role)
    client = people.sign_in(Client(), "boss", device=SealedTOTPDevice.objects.get(user=account))

    assert client.get(PAGE).status_code == 403


@pytest.mark.parametrize("rules", [1, 30])
def test_it_takes_the_same_few_statements_for_any_number_of_rules(story, rules):
    _, client = story
    for number in range(rules):
        factories.rule(f"more-{number}", plan=[f"other-{number}"])
    kept = client.post(PAGE, QUESTION)["Location"]
    client.post(PAGE, QUESTION)

    with CaptureQueriesContext(connection) as page:
        client.get(PAGE)
    with CaptureQueriesContext(connection) as ask:
        client.post(PAGE, QUESTION)
    with CaptureQueriesContext(connection) as answer:
        client.get(kept)

    assert len(page) <= 6, people.shapes(page)
    assert len(ask) <= 10, people.shapes(ask)
    assert len(answer) <= 6, people.shapes(answer)


# -- the program -----------------------------------------------------------------------------------


def test_it_answers_a_program_with_everything_needed_to_check_it(story):
    _, client = story
    answer = post(client)

    body = answer.json()
    assert answer.status_code == 200, body
    assert (body["status"], body["rule"], body["rule_version"], body["reason"]) == ("covered", "acme-video", 1, "rule")
    assert body["explanation"][-1] == "This is not a guarantee of payment."
    assert body["plan"] == {"name": "Acme Silver", "phone": "800-555-0111"}
    assert body["source"]["title"] == "Acme provider manual 2026"
    assert CoverageCheck.objects.get().id.hex == body["id"].replace("-", "")


def test_it_takes_the_whole_coverage_input_and_the_plan_from_the_record(story):
    _, client = story
    whole = {
        "payer_type": "medicaid",
        "payer": "other",
        "plan": "other",
        "policy_situs": "XA",
        "program_state": "XA",
        "provider_type": "physician",
        "relation": "established",
        "today": "2020-01-01",
        "facts": {"rural_originating_area": True, "facility_originating_site": None},
        "prior_auth": {"service": "results-review", "from": "2026-11-01", "to": "2026-12-31"},
        "elig271": "auth_required",
    }
    body = post(client, **whole).json()

    assert (body["status"], body["rule"], body["reason"]) == ("covered", "acme-video", "prior_auth_on_file")
    assert body["today"] != "2020-01-01"


def test_it_reads_facts_as_true_and_false(story):
    _, client = story
    factories.rule("narrow", plan=["acme-silver"], conditions=["x", "y"], review_due=date(2099, 1, 1))

    assert post(client, facts={"x": True, "y": True}).json()["status"] == "covered"
    assert post(client, facts={"y": False}).json()["reason"] == "condition_failed:y"
    assert post(client, facts={"y": True}).json()["missing_facts"] == ["x"]


@pytest.mark.parametrize(
    "change",
    [
        {"service": None},
        {"modality": "fax"},
        {"dos": "soon"},
        {"site": "moon"},
        {"facts": {"x": "yes"}},
        {"facts": {"Rural Area": True}},
        {"facts": [1]},
        {"prior_auth": {"service": "results-review"}},
        {"prior_auth": {"from": "2026-11-01"}},
        {"elig271": "A"},
        {"relation": "old"},
        {"surprise": 1},
        {"patient": "nobody"},
        {"payer": "x" * 500},
        {"provider_type": "a\x00b"},
    ],
)
def test_it_refuses_bad_input_with_a_sentence_and_keeps_nothing(story, change):
    _, client = story
    answer = post(client, **change)

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_input"
    assert answer.json()["detail"]
    assert not CoverageCheck.objects.exists()


@pytest.mark.parametrize("body", ["[]", "7", '"text"', "{", ""])
def test_it_refuses_what_is_no_object(story, body):
    _, client = story
    answer = client.post(API, body, content_type="application/json")

    assert 400 <= answer.status_code < 500
    assert set(answer.json()) >= {"code", "detail"}


def test_it_keeps_one_answer_for_one_idempotency_key(story):
    _, client = story
    first, again = (
        client.post(API, json.dumps(QUESTION), content_type="application/json", headers={"Idempotency-Key": "once"})
        for _ in range(2)
    )

    assert first.json()["id"] == again.json()["id"]
    assert CoverageCheck.objects.count() == 1


def test_it_refuses_strangers_and_nobody(story):
    person, _ = story
    people.a_patient("stranger")
    stranger = people.sign_in(Client(), "stranger")

    assert post(stranger, patient=str(person.id)).status_code == 404
    assert post(Client()).status_code == 401
    assert not CoverageCheck.objects.exists()


# -- words -----------------------------------------------------------------------------------------


def test_it_offers_every_service_of_the_catalogue_by_the_same_name():
    known = families.services()

    for slug, service in catalogue.load().services.items():
        assert known[slug] == {"en": service.label.en, "es": service.label.es}, slug
    assert set(known) == set(catalogue.load().services)


def test_it_offers_each_service_once():
    offered = [
        slug
        for _, group in CoverageForm().fields["service"].choices
        if isinstance(group, list | tuple)
        for slug, _ in group
    ]

    assert sorted(offered) == sorted(families.services())
