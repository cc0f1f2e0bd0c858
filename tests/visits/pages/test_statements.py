"""How many statements each page takes, and that more rows take no more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.visits.pages.conftest import QUESTIONS, a_visit, answered, begun, slot_of
from tests.visits.pages.test_booking_wizard import hidden_of, timed

pytestmark = pytest.mark.django_db


def statements(act) -> int:
    act()  # the first time fills the caches
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = act()
    assert answer.status_code in (200, 302), answer.status_code
    return len([one for one in seen.captured_queries if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))])


def more_rows(clinic):
    """Nine more visits of the patient, nine of others, and five more clinicians."""
    for number in range(1, 10):
        a_visit(clinic, start=clinic.monday_10 + timedelta(days=7 * number))
        other = factories.a_patient(f"other{number}")
        a_visit(clinic, patient=other, start=clinic.monday_10 + timedelta(days=7 * number, hours=3))
    for number in range(5):
        factories.a_working_clinician(f"doctor{number}", site=clinic.site)


def pages(clinic):
    visit = a_visit(clinic)
    draft = answered(clinic)
    timed(clinic, draft, start=clinic.monday_10 + timedelta(days=1))
    return {
        "home": "/visits/",
        "choose": "/visits/new/",
        "questions": f"{draft}questions/",
        "time": f"{draft}time/",
        "check": f"{draft}check/",
        "visit": f"/visits/{visit.id}/",
        "booked": f"/visits/{visit.id}/booked/",
        "move": f"/visits/{visit.id}/move/",
        "cancel": f"/visits/{visit.id}/cancel/",
        "calendar": f"/visits/{visit.id}/calendar.ics",
    }


AT_MOST = {
    "home": 4, "choose": 1, "questions": 4, "time": 10, "check": 8,
    "visit": 4, "booked": 4, "move": 6, "cancel": 4, "calendar": 4,
}  # fmt: skip


@pytest.mark.parametrize("name", AT_MOST)
def test_it_takes_as_many_statements_for_one_visit_as_for_ten(clinic, name):
    address = pages(clinic)[name]
    with_one = statements(lambda: clinic.client.get(address))
    more_rows(clinic)

    with_ten = statements(lambda: clinic.client.get(address))

    assert with_ten == with_one
    assert with_one <= AT_MOST[name]


def test_it_takes_few_statements_to_book(clinic):
    check = clinic.client.get(timed(clinic, answered(clinic)))
    sent = hidden_of(check)

    with CaptureQueriesContext(connection) as seen:
        clinic.client.post("/visits/book/", sent)

    written = [one["sql"] for one in seen.captured_queries if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(written) <= 14, written


def test_it_keeps_a_time_in_few_statements(clinic):
    draft = begun(clinic)

    assert statements(lambda: clinic.client.post(f"{draft}questions/", QUESTIONS)) <= 14
    assert statements(lambda: clinic.client.post(f"{draft}time/", {"slot": slot_of(clinic)})) <= 8
