"""A day at the clinic: Dr. Okafor sees her day, decides, visits; Joan Keller takes care of the alert."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.utils import timezone

from oncology_clinic.accounts.models import Account, Patient
from screening.selectors import requests as asked
from screening.services import answers
from screening.services.commands import AnswerScreen
from tests import factories
from tests.journeys.windows import DESKTOP, PHONE, Door, Visitor
from visits.models import Appointment


def answers_before_the_visit(appointment: Appointment, *, pain: int, distress: int) -> None:
    """What the patient says on the way to a visit."""
    request = asked.of_subjects([appointment.id])[appointment.id]
    actor = factories.patient_actor(appointment.patient)
    for instrument, given in (("nrs-pain", (pain,)), ("distress-0-10", (distress,)), ("phq4", (0, 0, 0, 0))):
        answers.answer_screen(AnswerScreen(request.id, instrument, given), actor=actor, now=timezone.now())


def not_answered_yet() -> Appointment:
    """The visit of today for which nobody has answered anything."""
    today = Appointment.objects.filter(starts_at__date=timezone.now().date(), service="results-review")
    return today.select_related("patient__account").get()


def row_of(visitor: Visitor, name: str):
    return visitor.page.get_by_role("row").filter(has=visitor.page.get_by_role("link", name=name))


def test_a_clinician_sees_the_day_decides_a_request_and_holds_a_visit(door: Door):
    leon = not_answered_yet()
    okafor = door.enter("elena.okafor", size=DESKTOP)
    okafor.sees("Today’s visits", "Dr. Elena Okafor", "waiting now", "need")
    assert "No answers yet" in row_of(okafor, "Leon Fischer").inner_text()

    # The answers given a moment ago stand on the list, in a line that also has words.
    answers_before_the_visit(leon, pain=3, distress=2)
    okafor.goes_to("/visits/day/")
    row = row_of(okafor, "Leon Fischer")
    assert "Questions done" in row.inner_text()
    said = [one.get_attribute("aria-label") or one.inner_text() for one in row.locator("svg[role=img]").all()]
    assert any("Pain" in words and "3" in words for words in said), said
    okafor.picture("day", is_dark_too=True)

    # Whoever must be called is seen at once, and ten visits fit on a screen.
    urgent = okafor.page.get_by_role("region", name="Call first")
    assert "Grace Amoah-Lindqvist" in urgent.inner_text()
    for place in (urgent, row_of(okafor, "Grace Amoah-Lindqvist")):
        box = place.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= DESKTOP["height"], box
    heights = [one.bounding_box()["height"] for one in okafor.page.locator("tbody tr").all()]
    assert max(heights) <= 81, heights

    # A chart is one press away.
    okafor.counts_from_here()
    okafor.follows("Sam Whitfield")
    assert okafor.presses == 1
    okafor.sees("Answers before visits", "Lung, stage IIIA", "Why visits are where they are")
    okafor.picture("chart")

    # The next patient waits: the visit begins, and is done.
    okafor.goes_to("/visits/day/")
    okafor.presses_on("Start visit")
    okafor.sees("The visit has begun.", "In visit")
    okafor.presses_on("Finish visit")
    okafor.sees("The visit is done.")

    # A request that the rules left to her: decided with a reason, and gone from the list.
    okafor.follows("Requests")
    okafor.sees("Peter Novak")
    okafor.picture("requests")
    okafor.follows("Decide")
    okafor.sees("What the rules say", "The facts", "Your decision")
    okafor.presses_on("Decide and tell the patient")
    assert okafor.status == 422
    assert okafor.page.title().startswith("Error: ")
    okafor.page.locator("input[name=verdict]").first.check()
    okafor.page.locator("textarea[name=reason]").fill("A first talk by video is enough; we examine him next week.")
    okafor.picture("request")
    okafor.presses_on("Decide and tell the patient")
    okafor.goes_to("/visits/requests/")
    assert "Peter Novak" not in okafor.words
    for path in ("/visits/patients/", "/visits/services/", "/account/profile/"):
        okafor.goes_to(path)
        assert okafor.status == 200


def test_a_nurse_coordinator_acknowledges_and_closes_the_alert(door: Door):
    joan = door.enter("joan.keller", size=DESKTOP)
    joan.follows("Symptom alerts")
    first = joan.page.locator("tbody tr").first
    assert "Grace Amoah-Lindqvist" in first.inner_text()
    assert "Urgent" in first.inner_text()
    joan.picture("alerts")
    joan.follows("Grace Amoah-Lindqvist")
    alert = joan.page.url
    joan.sees("What is asked", "9")
    joan.picture("alert")
    joan.presses_on("Acknowledge")
    joan.sees("Grace Amoah-Lindqvist")
    assert joan.page.get_by_role("button", name="Acknowledge").count() == 0

    joan.presses_on("Close with this outcome")
    assert joan.status == 422
    assert joan.page.title().startswith("Error: ")
    joan.writes(
        "What came of it?", "Called at 12:10. New dose of pain medicine agreed with Dr. Okafor; I call again at 5."
    )
    joan.presses_on("Close with this outcome")
    joan.goes_to("/screens/alerts/")
    assert joan.page.locator(f'a[href="{urlsplit(alert).path}"]').count() == 0
    assert "Urgent" not in joan.page.locator("tbody").inner_text()
    joan.goes_to(alert)
    joan.sees("Closed", "I call again at 5.")


def test_the_day_is_cards_on_a_phone(door: Door):
    whitcomb = door.enter("dana.whitcomb", size=PHONE)
    whitcomb.sees("Today’s visits", "Hannah Weiss")
    whitcomb.picture("day", is_dark_too=True)


def test_somebody_without_the_second_step_sees_no_patient(door: Door, clinic):
    okafor = door.stranger(size=DESKTOP)
    okafor.goes_to("/account/sign-in/")
    okafor.signs_in("elena.okafor", clinic.password("elena.okafor"))
    patient = Patient.objects.get(account=Account.objects.get(username="samuel.whitfield"))
    for path in ("/visits/day/", "/visits/requests/", f"/visits/chart/{patient.id}/", "/screens/alerts/"):
        okafor.goes_to(path)
        assert okafor.heading in ("Enter your code", "Sign in", "We could not find this page")
        assert "Whitfield" not in okafor.words
