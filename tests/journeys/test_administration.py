"""Nora runs the clinic's accounts and rules and sees no patient; Ingrid reads the log and proves it."""

from __future__ import annotations

import io

from django.core.management import call_command

from billing.models import CoverageRule
from oncology_clinic.accounts.models import Account, Patient
from oncology_clinic.audit.tasks import seal
from tests.journeys.clinic import Clinic, link_in, one_time_code
from tests.journeys.windows import DESKTOP, Door, Visitor

RULES = "/admin/billing/coveragerule/"


def invites_a_nurse(nora: Visitor) -> None:
    nora.follows("People")
    nora.picture("people")
    nora.follows("Invite somebody")
    nora.presses_on("Send the invitation")
    assert nora.status == 422
    nora.page.locator("select[name=role]").select_option("nurse_coordinator")
    nora.writes("Full name", "Rosa Lind, RN")
    nora.writes("E-mail", "rosa.lind@example.org")
    nora.presses_on("Send the invitation")
    nora.sees("Rosa Lind, RN", "Works until")


def joins(rosa: Visitor, link: str) -> None:
    rosa.goes_to(link)
    rosa.sees("Make your sign-in", "Your role")
    rosa.writes("Username", "rosa.lind")
    rosa.page.locator("input[name=password]").fill("three herons by the lake")
    rosa.presses_on("Make my sign-in")
    rosa.sees("Set up your second step")
    rosa.page.locator("input[name=code]").fill(
        one_time_code(rosa.page.locator("main code").inner_text().replace(" ", ""))
    )
    rosa.presses_on("Set up")
    rosa.sees("Your recovery codes")
    rosa.follows("I have kept them")
    rosa.sees("Today’s visits", "Symptom alerts")


def test_an_administrator_invites_somebody_who_signs_up_through_the_letter(door: Door, clinic: Clinic):
    nora = door.enter("nora.castillo", size=DESKTOP)
    nora.sees("The clinic", "Patients’ answers are not shown here.")
    nora.picture("clinic")
    invites_a_nurse(nora)

    rosa = door.stranger(size=DESKTOP)
    joins(rosa, link_in(clinic.letter_to("rosa.lind@example.org")))

    nora.goes_to("/account/people/")
    nora.sees("rosa.lind")

    # No way to a patient.
    samuel = Patient.objects.get(account=Account.objects.get(username="samuel.whitfield"))
    for path in (
        "/visits/",
        "/visits/day/",
        "/visits/requests/",
        f"/visits/chart/{samuel.id}/",
        f"/visits/for/{samuel.id}/",
        "/screens/",
        "/screens/alerts/",
        "/coverage/",
    ):
        nora.goes_to(path)
        assert nora.status in (403, 404), path
        assert "Whitfield" not in nora.words

    # A rule of the invented plan gets a new version: edited and reviewed as a draft, then published.
    nora.goes_to(f"{RULES}?q=demo-buckeye-ohio")
    does(nora, "new_version", "demo-buckeye-ohio")
    draft = CoverageRule.objects.get(code="demo-buckeye-ohio", status="draft")
    nora.goes_to(f"{RULES}{draft.pk}/change/")
    given = {
        "note": "Read again.",
        "reviewed_by": "Peter Lindgren",
        "reviewed_on": "2026-11-20",
        "review_due": "2099-06-30",
    }
    for name, value in given.items():
        nora.page.locator(f"main [name={name}]").fill(value)
    nora.presses_on("Save")
    assert nora.page.locator(".errorlist").all_inner_texts() == []
    nora.goes_to(f"{RULES}?q=demo-buckeye-ohio")
    nora.picture("rules")
    does(nora, "publish", "demo-buckeye-ohio", status="Draft")
    draft.refresh_from_db()
    assert (draft.status, draft.note) == ("active", "Read again.")


def does(nora: Visitor, action: str, code: str, *, status: str = "") -> None:
    """An action of the stock admin on the rows of a code."""
    rows = nora.page.get_by_role("row").filter(has_text=code).filter(has_text=status)
    rows.first.locator("input.action-select").check()
    nora.page.locator("select[name=action]").first.select_option(action)
    with nora.page.expect_navigation():
        nora.page.locator("button[name=index]").first.click()


def test_an_auditor_finds_the_booking_and_the_log_is_proved(door: Door):
    omar = door.enter("omar.haddad")
    omar.presses_on("Follow-up after treatment")
    omar.picks("None of these", role="checkbox")
    omar.presses_on("Continue")
    omar.presses_on("Continue")
    omar.presses_on("Book this visit")

    ingrid = door.enter("ingrid.solano", size=DESKTOP)
    ingrid.sees("Audit log", "Find events")
    ingrid.writes("Username", "omar.haddad")
    ingrid.page.locator("select[name=action]").select_option("book")
    ingrid.presses_on("Find")
    ingrid.sees("omar.haddad", "visits.Appointment")
    ingrid.picture("log")
    assert "Haddad" not in ingrid.page.locator("table").inner_text()
    ingrid.writes("From day", "yesterday")
    ingrid.presses_on("Find")
    assert ingrid.status == 422
    ingrid.goes_to("/visits/day/")
    assert ingrid.status in (403, 404)

    seal()
    said = io.StringIO()
    call_command("verify_audit", stdout=said, stderr=io.StringIO())  # leaves with the exit status when it is not 0
    assert "everything sealed is proved" in said.getvalue()
    assert "Sealed: 0 " not in said.getvalue()
