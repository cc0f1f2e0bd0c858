"""Alice, on her phone, without scripts: she books, answers, moves and calls off a visit; and what stops a booking."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import icalendar

from tests.journeys.windows import DESKTOP, PHONE, Door, Visitor

FOLLOW_UP = "Follow-up after treatment"


def well(visitor: Visitor) -> None:
    """The questions, answered by somebody who feels well."""
    visitor.picks("None of these", role="checkbox")
    visitor.presses_on("Continue")


def begins(visitor: Visitor, service: str) -> None:
    visitor.goes_to("/visits/")
    visitor.follows("Book a visit")
    visitor.presses_on(service)


def test_a_patient_books_answers_moves_and_cancels_on_a_phone_without_scripts(door: Door, tmp_path: Path):
    alice = door.enter("alice.brennan", size=PHONE, script=False)
    alice.sees("Your visits", "No visits yet. Book one when you are ready.", "614-555-0142")

    # She books a follow-up: five presses, four pages.
    alice.counts_from_here()
    alice.presses_on(FOLLOW_UP)
    alice.sees("First, how do you feel?", "None of these")
    well(alice)
    alice.sees("Choose a time", "This visit is by video", "Why", "What it may cost", "not a guarantee of payment")
    assert alice.page.get_by_text("Source:").count() >= 1
    alice.presses_on("Continue")
    alice.sees("Check", FOLLOW_UP)
    alice.presses_on("Book this visit")
    alice.sees("Your visit is booked", "What comes next", "Why it is this way", "What it may cost")
    assert alice.presses <= 5, alice.presses
    assert len(alice.pages) <= 4, alice.pages
    visit = alice.page.url.rsplit("/booked/")[0].rsplit("/")[-1]
    alice.picture("booked")

    # She keeps it: in her calendar, and on paper.
    with alice.page.expect_download() as kept:
        alice.page.get_by_role("link", name="Add to my calendar").click()
    kept.value.save_as(tmp_path / "visit.ics")
    (event,) = icalendar.Calendar.from_ical((tmp_path / "visit.ics").read_bytes()).walk("VEVENT")
    assert event.decoded("dtend") - event.decoded("dtstart") >= timedelta(minutes=10)
    assert event.decoded("dtstart").utcoffset() is not None
    assert "treatment" not in str(event.get("summary")).lower()  # a calendar is seen by others
    alice.follows("Print")
    alice.sees("made for paper", FOLLOW_UP, "Large print")
    alice.page.emulate_media(media="print")
    assert not alice.page.locator(".shell-tools").is_visible()
    assert alice.page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(0, 0, 0)"
    alice.page.emulate_media(media="screen")

    # The questions before the visit: twelve taps at most. She stops half way, and what she said is still there.
    alice.goes_to("/visits/")
    alice.sees("Your next visit", "How are you feeling?")
    alice.picture("home")
    alice.counts_from_here()
    alice.follows("How are you feeling?")
    alice.follows("Start")
    alice.picks("4")
    alice.picture("pain")
    alice.presses_on("Continue")
    taps = alice.presses

    alice.goes_to("/visits/")
    alice.follows("How are you feeling?")
    alice.follows("Go on")
    alice.goes_to(alice.page.url.replace("/2/", "/1/"))
    assert alice.page.get_by_role("radio", name="4", exact=True).is_checked()
    alice.goes_to(alice.page.url.replace("/1/", "/2/"))
    alice.counts_from_here()
    alice.picks("3")
    alice.presses_on("Continue")
    for answer in alice.page.locator("fieldset").all():
        alice.picks("Not at all", within=answer)
    alice.presses_on("Continue")
    alice.sees("Check your answers", "4", "3")
    alice.picture("answers")
    alice.presses_on("Send my answers")
    alice.sees("What happens next")
    assert taps + alice.presses <= 12, (taps, alice.presses)
    alice.goes_to("/screens/")
    alice.sees("Sent")

    # Another time: three presses; the old one is kept until then.
    alice.goes_to("/visits/")
    alice.counts_from_here()
    alice.follows("Change the time")
    alice.sees("Your visit stays on", "Choose another time")
    other = alice.page.locator("input[name=start]").nth(1)
    other.check()
    alice.presses += 1
    time = alice.page.locator(f'label[for="{other.get_attribute("id")}"]').inner_text().splitlines()[0]
    alice.presses_on("Move my visit")
    assert alice.presses <= 3
    assert visit in alice.page.url  # the same visit
    alice.sees(time)

    # And calls it off.
    alice.goes_to("/visits/")
    alice.follows("Cancel")
    alice.page.locator("main input[name=reason]").first.check()
    alice.presses_on("Cancel this visit")
    alice.goes_to("/visits/")
    alice.sees("No visits yet", "Past visits")


def test_a_patient_may_change_an_answer_and_comes_back_to_the_check(door: Door):
    alice = door.enter("alice.brennan")
    alice.picture("home-new")
    alice.presses_on("Lab or scan results")
    alice.picture("questions")

    alice.presses_on("Continue")  # nothing ticked
    assert alice.status == 422
    assert alice.page.title().startswith("Error: ")
    assert alice.page.evaluate("document.activeElement.className") == "error-summary"
    alice.follows("Tick what you have, or “None of these”.")
    assert alice.page.evaluate("document.activeElement.name") == "flags"

    well(alice)
    alice.picture("book", is_dark_too=True)
    alice.presses_on("Continue")
    alice.picture("check", is_dark_too=True)
    check = alice.page.url
    alice.page.get_by_role("link", name="Change").nth(0).scroll_into_view_if_needed()
    places = alice.page.get_by_role("link", name="Change")
    labels = [places.nth(number).inner_text() for number in range(places.count())]
    number = next(
        index for index, label in enumerate(labels) if "where you will be" in label.lower() or "state" in label.lower()
    )
    alice.follows("Change", nth=number)
    alice.page.locator("select[name=location]").select_option("KY")
    alice.presses_on("Continue")
    assert alice.page.url.split("#")[0] == check
    alice.sees("Kentucky")


def test_an_emergency_answer_stops_the_booking_and_says_whom_to_call(door: Door):
    omar = door.enter("omar.haddad", script=False)
    omar.presses_on(FOLLOW_UP)
    omar.picks("New chest pain", role="checkbox")
    omar.presses_on("Continue")

    assert omar.status == 422
    omar.sees("Get help now", "911", "614-555-0142")
    assert omar.page.locator('a[href="tel:911"]').count() == 1
    omar.picture("emergency")

    omar.goes_to("/visits/")
    omar.presses_on(FOLLOW_UP)
    omar.picks("Plans to end your life", role="checkbox")
    omar.presses_on("Continue")
    omar.sees("988")

    omar.goes_to("/visits/")
    omar.sees("No visits yet")

    # A first consult is for a clinician to decide; he is told what happens next, and by when.
    begins(omar, "First visit")
    well(omar)
    omar.sees("A clinician will decide")
    omar.presses_on("Continue")
    omar.presses_on("Ask for this visit")
    omar.sees("We have your request", "We tell you by", "Waiting for a decision")
    omar.picture("request")


def test_the_pages_of_a_patient_fill_a_desktop(door: Door):
    alice = door.enter("alice.brennan", size=DESKTOP)
    alice.picture("home")
    alice.follows("Book a visit")
    alice.picture("choose")
    alice.presses_on(FOLLOW_UP)
    well(alice)
    alice.picture("book", is_dark_too=True)
    alice.presses_on("Continue")
    alice.picture("check", is_dark_too=True)
    for path in ("/coverage/", "/caregivers/", "/account/profile/", "/visits/offered/"):
        alice.goes_to(path)
        assert alice.status == 200
