"""Asking for a patient: the plan on file on the day, few statements, the newest rules, one row kept."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from billing.models import CoverageCheck, CoverageRule
from billing.rules.model import Answer, Question, Status
from billing.selectors import rule_book
from billing.services import coverage
from billing.services.commands import CheckCoverage, SaidPlan
from oncology_clinic.actors import ANONYMOUS, Actor, Role
from oncology_clinic.audit.context import phi_context
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.errors import Forbidden, NotFound, Refusal
from tests.billing import factories
from tests.billing.factories import DOS, NOW

pytestmark = pytest.mark.django_db


def compare(person, **changes):
    asked = {
        "service": "results-review",
        "patient_location": "OH",
        "site": "home",
        "dos": DOS,
        "provider_type": "physician",
        "relation": "established",
        "now": NOW,
        "modalities": ("video", "in_person"),
        **changes,
    }
    return coverage.compare(patient_id=person.id, **asked)


def test_it_answers_each_modality_by_the_plan_on_file():
    person = factories.patient()
    factories.member(person)
    factories.rule()

    answers = compare(person)

    assert {modality: answer.reason for modality, answer in answers.items()} == {
        "video": "rule",
        "in_person": "no_rule",
    }
    assert answers["video"].status is Status.covered
    assert answers["video"].rule.source.title == "Acme provider manual 2026"


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "is_found"),
    [
        (DOS, None, True),
        (DOS + timedelta(days=1), None, False),
        (date(2026, 1, 1), DOS + timedelta(days=1), True),
        (date(2026, 1, 1), DOS, False),  # half-open: the first day no longer covered
    ],
)
def test_it_asks_the_plan_of_the_date_of_service_not_of_today(starts_on, ends_on, is_found):
    person = factories.patient()
    factories.member(person, starts_on=starts_on, ends_on=ends_on)
    factories.rule()

    answer = compare(person)["video"]

    assert (answer.status is Status.covered) == is_found


def test_it_cannot_tell_without_a_plan_and_says_so():
    answer = compare(factories.patient())["video"]

    assert (answer.status, answer.reason, answer.rule) == (Status.unknown_needs_review, "no_rule", None)
    assert "no_plan_on_file" in [step.code for step in answer.steps]


@pytest.mark.parametrize("rules", [1, 60])
def test_it_takes_two_statements_however_many_rules_there_are(rules):
    person = factories.patient()
    factories.member(person)
    for number in range(rules):
        factories.rule(f"rule-{number}", plan=["*"] if number == 0 else [f"other-{number}"])
    compare(person)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        compare(person, modalities=("video", "audio", "async", "rpm", "in_person"))

    assert len(queries) == 2
    assert "billing_planmembership" in queries[0]["sql"]
    assert "billing_rulebookstamp" in queries[1]["sql"]


def test_it_sees_a_changed_rule_with_the_next_question():
    person = factories.patient()
    factories.member(person)
    made = factories.rule()
    assert compare(person)["video"].status is Status.covered

    made.status = "retired"
    made.save()
    assert compare(person)["video"].reason == "no_rule"

    factories.rule("acme-video", version=2, decision="not_covered")
    assert compare(person)["video"].status is Status.not_covered


def test_it_never_lets_a_draft_answer():
    person = factories.patient()
    factories.member(person)
    factories.rule(status="draft")

    assert compare(person)["video"].reason == "no_rule"


@pytest.mark.django_db(transaction=True)
def test_it_sees_a_rule_changed_elsewhere_with_the_next_question():
    """Another connection (a thread here, a process in real life) commits; the stamp it renewed is read each time."""
    person = factories.patient()
    factories.member(person)
    factories.rule()
    assert compare(person)["video"].status is Status.covered

    def elsewhere():
        try:
            CoverageRule.objects.update(status="retired")
        finally:
            connection.close()

    other = threading.Thread(target=elsewhere)
    other.start()
    other.join()

    assert compare(person)["video"].reason == "no_rule"


def test_it_keeps_one_compiled_book_until_the_stamp_changes():
    factories.rule()
    first = rule_book.current()

    assert rule_book.current() is first
    factories.rule("another")
    assert rule_book.current() is not first


# -- keeping the answer -----------------------------------------------------------------------


def test_it_keeps_an_answer_in_one_insert_with_its_rule_and_version():
    person = factories.patient()
    factories.member(person)
    factories.rule(version=3)
    answer = compare(person)["video"]

    with CaptureQueriesContext(connection) as queries:
        kept = coverage.store(answer, patient_id=person.id, actor=factories.actor(person), now=NOW)

    assert sum("billing_coveragecheck" in query["sql"] for query in queries) == 1
    kept.refresh_from_db()
    assert (kept.status, kept.reason_code, kept.rule_code, kept.rule_version) == ("covered", "rule", "acme-video", 3)
    assert kept.revision == answer.revision
    assert reveal(kept.question)["service"] == "results-review"
    assert reveal(kept.answer)["explanation"][-1] == "This is not a guarantee of payment."


def test_it_keeps_nothing_clinical_in_the_clear():
    person = factories.patient()
    factories.member(person)
    factories.rule(conditions=["mnt_qualifying_diagnosis"])
    answer = compare(person, facts={"mnt_qualifying_diagnosis": False})["video"]
    kept = coverage.store(answer, patient_id=person.id, actor=factories.actor(person), now=NOW)

    with connection.cursor() as cursor:
        cursor.execute("select row_to_json(c)::text from billing_coveragecheck c where id = %s", [kept.id])
        (row,) = cursor.fetchone()

    assert answer.reason == "condition_failed:mnt_qualifying_diagnosis"
    assert "mnt" not in row
    assert "results-review" not in row


@pytest.mark.parametrize(
    "statement", ["update billing_coveragecheck set status = 'covered'", "delete from billing_coveragecheck"]
)
def test_it_never_lets_a_kept_answer_change(statement):
    person = factories.patient()
    answer = compare(person)["video"]
    coverage.store(answer, patient_id=person.id, actor=factories.actor(person), now=NOW)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


# -- the door's use case ----------------------------------------------------------------------


def ask(**changes):
    return CheckCoverage(**{"service": "results-review", "modality": "video", "dos": DOS, **changes})


def test_it_answers_the_patients_own_question_and_keeps_it():
    person = factories.patient()
    factories.member(person)
    factories.rule()

    checked = coverage.check(ask(), actor=factories.actor(person), now=NOW)

    assert checked.answer.status is Status.covered
    assert checked.plan.name == "Acme Silver"
    assert CoverageCheck.objects.get().patient_id == person.id


def test_it_takes_the_plan_from_the_record_whatever_the_asker_says():
    person = factories.patient()
    factories.member(person)
    factories.rule()
    said = SaidPlan(payer_type="self_pay", payer="other")

    assert coverage.check(ask(said=said), actor=factories.actor(person), now=NOW).answer.question.payer == "acme"


def test_it_takes_the_askers_word_where_the_record_has_no_plan():
    person = factories.patient()
    checked = coverage.check(ask(said=SaidPlan(payer_type="self_pay")), actor=factories.actor(person), now=NOW)

    assert checked.answer.reason == "self_pay_good_faith_estimate"
    assert checked.plan is None


def test_it_answers_a_stranger_as_if_there_were_nobody():
    person, stranger = factories.patient("one"), factories.patient("two")

    with pytest.raises(NotFound):
        coverage.check(ask(patient_id=person.id), actor=factories.actor(stranger), now=NOW)
    assert not CoverageCheck.objects.exists()


@pytest.mark.parametrize("actor", [ANONYMOUS, factories.administrator()])
def test_it_refuses_people_without_a_patient_of_their_own(actor):
    person = factories.patient()

    with pytest.raises(NotFound):
        coverage.check(ask(patient_id=person.id), actor=actor, now=NOW)
    with pytest.raises(Refusal) as refused:
        coverage.check(ask(), actor=actor, now=NOW)
    assert refused.value.code == "patient_missing"


def test_it_refuses_staff_without_a_second_factor():
    clinician = Actor(role=Role.clinician, label="clinician")

    with pytest.raises(Forbidden):
        coverage.check(ask(patient_id=factories.patient().id), actor=clinician, now=NOW)


# -- what routing is told ----------------------------------------------------------------------


def answers(**statuses):
    question = Question("medicaid", "results-review", "video", DOS, DOS)
    return {modality: Answer(question, Status(status), "rule") for modality, status in statuses.items()}


@pytest.mark.parametrize(
    ("statuses", "word"),
    [
        ({"video": "covered", "in_person": "not_covered"}, "covered"),
        ({"video": "prior_auth_required", "in_person": "covered"}, "pa_missing"),
        ({"video": "unknown_needs_review", "in_person": "covered"}, "unknown"),
        ({"video": "not_covered", "in_person": "covered"}, "not_covered"),
        ({"video": "not_covered", "in_person": "not_covered"}, "unknown"),
        ({"video": "not_covered", "in_person": "unknown_needs_review"}, "unknown"),
        ({"video": "not_covered", "in_person": "prior_auth_required"}, "unknown"),
        ({"video": "not_covered"}, "unknown"),
        ({"video": "not_covered", "audio": "covered", "in_person": "covered"}, "not_covered"),
        ({"audio": "covered"}, "covered"),
    ],
)
def test_it_moves_a_visit_only_where_in_person_is_known_to_be_covered(statuses, word):
    assert coverage.for_routing(answers(**statuses)) == word


def test_it_records_who_opened_the_membership():
    person = factories.patient()
    factories.member(person)

    with phi_context("test") as context:
        compare(person)
        opened = {patient for _, patient in context.ledger.entries}

    assert opened == {person.id}
