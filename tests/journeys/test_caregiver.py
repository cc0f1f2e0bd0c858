"""Helen helps her father Samuel with his visits, as far as he lets her, for as long as he lets her."""

from __future__ import annotations

from oncology_clinic.accounts.models import Account, Patient
from tests.journeys.windows import Door

SERVICE = "Follow-up after treatment"


def test_a_caregiver_acts_within_the_grant_and_not_after_it_ended(door: Door):
    samuel = Patient.objects.get(account=Account.objects.get(username="samuel.whitfield"))
    helen = door.enter("helen.whitfield")
    helen.sees("People I help", "See, book, move and cancel visits")
    helen.picture("people-i-help")

    # Within the grant: she books for him, and each page says for whom.
    helen.follows("Visits")
    helen.sees("You are acting for", "Visits of")
    helen.follows("Book a visit")
    helen.presses_on(SERVICE)
    helen.sees("You are acting for")
    helen.picks("None of these", role="checkbox")
    helen.presses_on("Continue")
    helen.presses_on("Continue")
    helen.presses_on("Book this visit")
    helen.sees("You are acting for", "is booked")
    booked = helen.page.url.removesuffix("booked/")

    # Not within it: what the plan pays, and other people.
    alice = Patient.objects.get(account=Account.objects.get(username="alice.brennan"))
    for path in (f"/coverage/?patient={samuel.id}", f"/visits/for/{alice.id}/"):
        helen.goes_to(path)
        assert helen.status in (403, 404), path

    # He ends it. It counts at once.
    father = door.enter("samuel.whitfield", at="/caregivers/")
    father.sees("People who help you", "Helen Whitfield")
    father.picture("helpers")
    father.follows("End this")
    father.sees("no longer be able to see or do anything")
    father.presses_on("End it now")
    father.sees("Nobody may act for you now")
    father.follows("Let somebody help me")

    helen.goes_to("/caregivers/home/")
    helen.sees("When somebody lets you help them")
    for path in (f"/visits/for/{samuel.id}/", booked, f"{booked}cancel/", f"/screens/?patient={samuel.id}"):
        helen.goes_to(path)
        assert helen.status in (403, 404), path
        assert "Whitfield" not in helen.page.locator("main").inner_text()
