"""A visit on its day: the steps of rules/states.py, who may take them, and what they leave behind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from oncology_clinic.audit.contract import Action
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.errors import Conflict, Forbidden, NotFound
from tests import factories
from visits.models import Appointment, AppointmentEvent
from visits.rules.states import MissedBy
from visits.services import day
from visits.services.commands import CloseVisitCommand


def status(visit):
    return Appointment.objects.get(id=visit.id).status


@pytest.mark.parametrize(
    ("act", "before", "after"),
    [
        (day.check_in, "booked", "checked_in"),
        (day.start, "booked", "in_progress"),
        (day.start, "checked_in", "in_progress"),
        (day.complete, "in_progress", "completed"),
    ],
)
def test_it_moves_the_visit_with_an_event_and_a_record(today, act, before, after):
    patient = today.patient()
    visit = today.visit(patient, status=before)

    act(visit.id, actor=today.doctor, now=today.now)

    assert status(visit) == after
    event = AppointmentEvent.objects.get(appointment_id=visit.id)
    assert (event.from_status, event.to_status, event.actor_id) == (before, after, today.clinician.account_id)
    assert factories.recorded(Action.update, patient) == 1


@pytest.mark.parametrize(
    ("act", "before"),
    [
        (day.check_in, "checked_in"),
        (day.check_in, "cancelled"),
        (day.start, "completed"),
        (day.start, "requested"),
        (day.complete, "booked"),
        (day.complete, "missed"),
    ],
)
def test_it_refuses_a_step_the_states_do_not_have(today, act, before):
    fields = {"request_due_at": today.now} if before == "requested" else {}
    visit = today.visit(today.patient(), status=before, **fields)

    with pytest.raises(Conflict) as refused:
        act(visit.id, actor=today.doctor, now=today.now)

    assert refused.value.code == "changed_meanwhile"
    assert status(visit) == before
    assert not AppointmentEvent.objects.filter(appointment_id=visit.id).exists()


def test_it_checks_nobody_in_before_the_day_of_the_visit(today):
    visit = today.visit(today.patient(), minutes=2 * 24 * 60)

    with pytest.raises(Conflict) as refused:
        day.check_in(visit.id, actor=today.doctor, now=today.now)

    assert refused.value.code == "too_early"
    assert status(visit) == "booked"


@pytest.mark.parametrize("who", list(MissedBy))
def test_it_says_who_was_absent(today, who):
    visit = today.visit(today.patient(), minutes=-60)

    day.close(CloseVisitCommand(visit.id, who), actor=today.doctor, now=today.now)

    event = AppointmentEvent.objects.get(appointment_id=visit.id)
    assert (status(visit), reveal(event.detail)) == ("missed", {"missed_by": str(who)})


def test_it_closes_a_visit_that_took_place_through_every_step(today):
    visit = today.visit(today.patient(), minutes=-60)

    day.close(CloseVisitCommand(visit.id, None), actor=today.doctor, now=today.now)

    kinds = list(AppointmentEvent.objects.filter(appointment_id=visit.id).order_by("id"))
    assert status(visit) == "completed"
    assert [event.kind for event in kinds] == ["started", "completed"]


@pytest.mark.parametrize("missed_by", [None, MissedBy.patient])
def test_it_closes_no_visit_whose_time_has_not_come(today, missed_by):
    visit = today.visit(today.patient(), minutes=1)

    with pytest.raises(Conflict) as refused:
        day.close(CloseVisitCommand(visit.id, missed_by), actor=today.doctor, now=today.now)
    assert refused.value.code == "too_early"

    day.close(CloseVisitCommand(visit.id, missed_by), actor=today.doctor, now=today.now + timedelta(minutes=1))
    assert status(visit) in ("completed", "missed")


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        (lambda day: factories.clinician_actor(day.stranger), NotFound),
        (lambda day: day.nurse, NotFound),
        (lambda day: factories.clinician_actor(day.clinician, is_verified=False), Forbidden),
        (lambda day: factories.patient_actor(day.patient("another")), Forbidden),
    ],
    ids=["stranger", "coordinator without an alert", "unverified", "patient"],
)
def test_it_lets_only_the_care_team_move_a_visit(today, who, refusal):
    visit = today.visit(today.patient())

    with pytest.raises(refusal):
        day.check_in(visit.id, actor=who(today), now=today.now)

    assert status(visit) == "booked"
