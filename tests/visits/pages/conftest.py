"""A small clinic and the pages of its patients, asked for through Django's client."""

from __future__ import annotations

from datetime import datetime, time
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tests import factories
from visits.services import booking
from visits.services.commands import Answers, BookCommand

WELL = Answers(cap_video=True, cap_bandwidth=True, cap_phone=True)


@pytest.fixture
def clinic(db):
    site = factories.a_site()
    clinician = factories.a_working_clinician(site=site)
    patient = factories.a_patient()
    return SimpleNamespace(
        site=site,
        clinician=clinician,
        patient=patient,
        client=factories.client_of(patient.account),
        monday_10=at_ten(),
    )


def at_ten(weeks: int = 1) -> datetime:
    """Ten o'clock in Ohio on a Monday to come."""
    day = factories.next_weekday(timezone.now(), 0, weeks=weeks)
    return datetime.combine(day, time(10), tzinfo=ZoneInfo(factories.OHIO))


def a_visit(clinic, *, start=None, service="nutrition-counseling", patient=None, location="OH", answers=WELL):
    """A visit booked by its patient."""
    whose = patient or clinic.patient
    command = BookCommand(
        service=service,
        start=start or clinic.monday_10,
        clinician_id=clinic.clinician.id,
        location=location,
        answers=answers,
    )
    return booking.book(command, actor=factories.patient_actor(whose), now=timezone.now()).appointment


QUESTIONS = {
    "flags": ["none"],
    "location": "OH",
    "devices": ["video", "bandwidth", "phone"],
    "private_safe_place": "yes",
    "comm_language": "en",
    "pref": "",
}


def begun(clinic, service="nutrition-counseling", client=None, **fields):
    """A draft begun through the page; gives the address of its questions."""
    answer = (client or clinic.client).post("/visits/begin/", {"service": service, **fields})
    assert answer.status_code == 302, answer.content.decode()
    return answer.url.removesuffix("questions/")


def answered(clinic, client=None, service="nutrition-counseling", **fields):
    """A draft whose questions are answered; gives the draft's address."""
    draft = begun(clinic, service=service, client=client)
    answer = (client or clinic.client).post(f"{draft}questions/", {**QUESTIONS, **fields})
    assert answer.status_code == 302, answer.content.decode()
    return draft


def slot_of(clinic, start=None):
    return f"{(start or clinic.monday_10).isoformat()}|{clinic.clinician.id}"
