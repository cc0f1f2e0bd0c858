"""Moving, cancelling, deciding and holding visits; the lists people see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from oncology_clinic import access
from oncology_clinic.access import Domain
from oncology_clinic.actors import Role
from oncology_clinic.audit.contract import Action
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.errors import Conflict, Forbidden, NotFound, Refusal
from oncology_clinic.outbox.models import OutboxMessage
from screening.models import ScreenRequest
from screening.services import alerts
from tests import factories
from visits.models import Appointment, AppointmentEvent, Reminder, RoutingDecision
from visits.presenters import day as day_presenters
from visits.presenters import requests as request_presenters
from visits.presenters import visits as presenters
from visits.selectors import day, visits
from visits.services import booking, calendar, holds, requests
from visits.services.commands import (
    Answers,
    BookCommand,
    CancelCommand,
    DecideCommand,
    HoldCommand,
    RescheduleCommand,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
MONDAY_10 = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)
TUESDAY_10 = MONDAY_10 + timedelta(days=1)


@pytest.fixture
def clinic():
    class Clinic:
        site = factories.a_site()
        clinician = factories.a_working_clinician(site=site)
        patient = factories.a_patient()

    Clinic.me = factories.patient_actor(Clinic.patient)
    Clinic.doctor = factories.clinician_actor(Clinic.clinician)
    return Clinic


def book(clinic, *, service="nutrition-counseling", start=MONDAY_10, actor=None, location="OH", **answers):
    command = BookCommand(
        service=service,
        start=start,
        clinician_id=clinic.clinician.id,
        location=location,
        answers=Answers(**answers),
    )
    return booking.book(command, actor=actor or clinic.me, now=NOW).appointment


def move(visit, *, actor, start=TUESDAY_10, **fields):
    return calendar.reschedule(RescheduleCommand(visit.id, start, **fields), actor=actor, now=NOW)


# -- moving -------------------------------------------------------------------------------------


def test_it_moves_a_visit_and_decides_anew_by_the_same_facts(clinic):
    visit = book(clinic, pain_now=5)
    first = visit.routing_decision_id

    moved = move(visit, actor=clinic.me)

    assert (moved.starts_at, moved.status) == (TUESDAY_10, "booked")
    later = RoutingDecision.objects.get(supersedes_id=first)
    assert later.id == moved.routing_decision_id
    assert reveal(later.facts)["pain"]["now"] == 5
    assert reveal(later.facts)["date"] == "2026-12-01"
    assert RoutingDecision.objects.count() == 2


def test_it_moves_screens_and_reminders_along_publishes_and_records(clinic):
    visit = book(clinic)

    move(visit, actor=clinic.me)

    assert ScreenRequest.objects.get(subject_id=visit.id).due_at == TUESDAY_10
    assert all(one.visit_at == TUESDAY_10 for one in Reminder.objects.filter(appointment_id=visit.id))
    assert OutboxMessage.objects.filter(topic="visits.appointment_rescheduled", subject_id=visit.id).exists()
    assert factories.recorded(Action.reschedule, clinic.patient) == 1
    event = AppointmentEvent.objects.get(kind="rescheduled")
    assert reveal(event.detail)["from"] == MONDAY_10.isoformat()


def test_it_moves_a_visit_within_its_own_time(clinic):
    visit = book(clinic, service="physical-exam-visit")

    moved = move(visit, actor=clinic.me, start=MONDAY_10 + timedelta(minutes=15))

    assert moved.starts_at == MONDAY_10 + timedelta(minutes=15)
    assert moved.room_id is not None


def test_it_keeps_the_old_time_when_the_new_one_is_taken(clinic):
    visit = book(clinic)
    book(clinic, start=TUESDAY_10, actor=factories.patient_actor(factories.a_patient("other")))

    with pytest.raises(Conflict) as caught:
        move(visit, actor=clinic.me)

    assert caught.value.code == "slot_taken"
    assert caught.value.extra["alternatives"]
    assert Appointment.objects.get(id=visit.id).starts_at == MONDAY_10
    assert RoutingDecision.objects.filter(supersedes__isnull=False).count() == 0


def test_it_refuses_to_move_what_somebody_moved_a_moment_ago(clinic):
    visit = book(clinic)

    with pytest.raises(Conflict) as caught:
        move(visit, actor=clinic.me, expected_start=MONDAY_10 + timedelta(hours=1))

    assert caught.value.code == "changed_meanwhile"


def test_it_makes_a_visit_in_person_when_it_moves_to_a_clinician_without_the_licence(clinic):
    factories.a_licence(clinic.clinician, "IL")
    visit = book(clinic, location="IL")
    colleague = factories.a_working_clinician("colleague", site=clinic.site)
    assert visit.modality == "video"

    moved = move(visit, actor=clinic.me, clinician_id=colleague.id)

    assert (moved.clinician_id, moved.modality) == (colleague.id, "in_person")
    assert moved.room_id is not None


# -- cancelling ---------------------------------------------------------------------------------


def test_it_cancels_frees_the_time_and_silences_what_would_follow(clinic):
    visit = book(clinic)

    calendar.cancel(CancelCommand(visit.id, "feeling_unwell"), actor=clinic.me, now=NOW)

    assert Appointment.objects.get(id=visit.id).status == "cancelled"
    assert ScreenRequest.objects.get(subject_id=visit.id).status == "withdrawn"
    assert {one.status for one in Reminder.objects.filter(appointment_id=visit.id)} == {"suppressed"}
    assert OutboxMessage.objects.filter(topic="visits.appointment_cancelled", subject_id=visit.id).exists()
    assert reveal(AppointmentEvent.objects.get(kind="cancelled").detail) == {"reason": "feeling_unwell"}


@pytest.mark.parametrize("status", ["completed", "missed", "in_progress", "checked_in", "expired"])
def test_it_does_not_cancel_a_visit_that_is(clinic, status):
    visit = book(clinic)
    Appointment.objects.filter(id=visit.id).update(status=status)

    with pytest.raises(Conflict) as caught:
        calendar.cancel(CancelCommand(visit.id, "other"), actor=clinic.me, now=NOW)

    assert caught.value.code == "too_late"


# -- deciding -----------------------------------------------------------------------------------


def decide(visit, *, actor, verdict="telehealth", reason="Seen last week, nothing to examine.", now=NOW, **fields):
    return requests.decide(DecideCommand(visit.id, verdict, reason, **fields), actor=actor, now=now)


def test_it_books_a_request_as_the_clinician_decides_and_keeps_both_decisions(clinic):
    visit = book(clinic, service="new-patient-consult")

    decided = decide(visit, actor=clinic.doctor)

    assert (decided.status, decided.modality, decided.room_id, decided.request_due_at) == (
        "booked",
        "video",
        None,
        None,
    )
    later = decided.routing_decision
    assert later.supersedes_id == visit.routing_decision_id
    assert reveal(later.why) == "Seen last week, nothing to examine."
    assert (later.computed_modality, later.final_modality) == ("", "video")
    assert reveal(later.reasons)[-1]["code"] == "clinician_override"
    assert Reminder.objects.filter(appointment_id=visit.id).exists()
    assert OutboxMessage.objects.filter(topic="visits.request_decided", subject_id=visit.id).exists()
    assert factories.recorded(Action.decide, clinic.patient) == 1


def test_it_books_a_request_in_person_in_its_room(clinic):
    visit = book(clinic, service="new-patient-consult")

    decided = decide(visit, actor=clinic.doctor, verdict="in_person")

    assert (decided.status, decided.modality) == ("booked", "in_person")
    assert decided.room_id is not None


def test_it_declines_a_request_and_frees_the_time(clinic):
    visit = book(clinic, service="new-patient-consult")

    declined = decide(visit, actor=clinic.doctor, verdict="decline", reason="Please see the surgeon first.")

    assert Appointment.objects.get(id=visit.id).status == declined.status == "cancelled"
    assert reveal(RoutingDecision.objects.get(supersedes_id=visit.routing_decision_id).why).startswith("Please see")


def test_it_refuses_telehealth_where_the_law_forbids_it(clinic):
    visit = book(clinic, service="new-patient-consult", location="")  # nobody knows yet where the patient will be

    with pytest.raises(Refusal) as caught:
        decide(visit, actor=clinic.doctor)

    assert (caught.value.code, caught.value.field) == ("override_refused", "verdict")
    assert Appointment.objects.get(id=visit.id).status == "requested"


def test_it_decides_once_somebody_has_asked_where_the_patient_will_be(clinic):
    visit = book(clinic, service="new-patient-consult", location="")

    decided = decide(visit, actor=clinic.doctor, location="OH")

    assert (decided.status, decided.patient_location) == ("booked", "OH")


def test_it_lets_only_the_visits_own_verified_clinician_decide(clinic):
    visit = book(clinic, service="new-patient-consult")
    coordinator = factories.a_coordinator()
    alerts.open_alert(patient_id=clinic.patient.id, kind="callback", severity="soon", actor=clinic.me, now=NOW)

    for actor, refusal in (
        (clinic.me, Forbidden),
        (factories.clinician_actor(clinic.clinician, is_verified=False), Forbidden),
        (factories.clinician_actor(coordinator, role=Role.nurse_coordinator), Forbidden),
        (factories.clinician_actor(factories.a_clinician("stranger")), NotFound),
    ):
        with pytest.raises(refusal):
            decide(visit, actor=actor)
    assert Appointment.objects.get(id=visit.id).status == "requested"


def test_it_decides_a_request_only_once_and_only_before_its_time(clinic):
    visit = book(clinic, service="new-patient-consult")
    with pytest.raises(Conflict) as late:
        decide(visit, actor=clinic.doctor, now=MONDAY_10 + timedelta(minutes=1))
    decide(visit, actor=clinic.doctor)

    with pytest.raises(Conflict) as twice:
        decide(visit, actor=clinic.doctor)

    assert (late.value.code, twice.value.code) == ("too_late", "already_decided")


def test_it_asks_a_clinician_for_a_reason(clinic):
    visit = book(clinic, service="new-patient-consult")

    with pytest.raises(Refusal) as caught:
        decide(visit, actor=clinic.doctor, reason="   ")

    assert caught.value.code == "reason_missing"


def test_it_keeps_the_clinicians_choice_when_the_visit_moves(clinic):
    visit = book(clinic, service="new-patient-consult")
    decide(visit, actor=clinic.doctor)

    moved = move(visit, actor=clinic.me)

    assert (moved.status, moved.modality) == ("booked", "video")


# -- holding ------------------------------------------------------------------------------------


def hold(clinic, *, actor=None, start=MONDAY_10, modality="video"):
    command = HoldCommand("nutrition-counseling", start, clinic.clinician.id, modality)
    return holds.hold(command, actor=actor or clinic.me, now=NOW)


def test_it_holds_a_time_for_ten_minutes_against_others(clinic):
    held = hold(clinic)

    with pytest.raises(Conflict):
        book(clinic, actor=factories.patient_actor(factories.a_patient("other")))
    assert (held.status, held.hold_expires_at) == ("held", NOW + timedelta(minutes=10))


def test_it_books_over_the_patients_own_hold(clinic):
    held = hold(clinic)

    assert book(clinic).status == "booked"
    assert Appointment.objects.get(id=held.id).status == "expired"


def test_it_books_over_a_hold_that_has_run_out_before_beat_came_by(clinic):
    held = hold(clinic, actor=factories.patient_actor(factories.a_patient("other")))
    Appointment.objects.filter(id=held.id).update(hold_expires_at=NOW)

    assert book(clinic).status == "booked"


def test_it_keeps_one_hold_a_patient(clinic):
    first = hold(clinic)
    hold(clinic, start=TUESDAY_10)

    assert Appointment.objects.get(id=first.id).status == "expired"


def test_it_lets_go_of_holds_that_have_run_out_and_of_no_other(clinic):
    held = hold(clinic)

    assert holds.expire(NOW + timedelta(minutes=9)) == 0
    assert holds.expire(NOW + timedelta(minutes=10)) == 1
    assert holds.expire(NOW + timedelta(minutes=10)) == 0
    assert Appointment.objects.get(id=held.id).status == "expired"
    assert [one.kind for one in AppointmentEvent.objects.filter(appointment_id=held.id)] == ["held", "expired"]


def test_it_releases_a_hold_for_its_patient_only(clinic):
    held = hold(clinic)
    with pytest.raises(NotFound):
        holds.release(held.id, actor=factories.patient_actor(factories.a_patient("other")), now=NOW)

    holds.release(held.id, actor=clinic.me, now=NOW)

    assert Appointment.objects.get(id=held.id).status == "expired"


# -- lists --------------------------------------------------------------------------------------


def test_it_shows_each_person_their_own_visits(clinic):
    visit = book(clinic)
    other = factories.patient_actor(factories.a_patient("other"))
    theirs = book(clinic, start=TUESDAY_10, actor=other)
    caregiver = factories.a_caregiver()
    factories.a_grant(clinic.patient, caregiver)
    hold(clinic, start=TUESDAY_10 + timedelta(days=1))

    def seen(actor):
        return [one.id for one in visits.mine(actor, now=NOW)]

    assert seen(clinic.me) == [visit.id]
    assert seen(other) == [theirs.id]
    assert seen(factories.caregiver_actor(caregiver)) == [visit.id]
    assert seen(clinic.doctor) == [visit.id, theirs.id]
    assert seen(factories.clinician_actor(factories.a_clinician("stranger"))) == []


@pytest.mark.parametrize("rows", [1, 7])
def test_it_reads_a_day_in_8_statements_however_many_rows(clinic, django_assert_num_queries, rows):
    for number in range(rows):
        patient = factories.a_patient(f"patient{number}", diagnosis="Breast, stage II")
        start = [MONDAY_10 + timedelta(minutes=45 * n) for n in (0, 1, 4, 5, 6, 7, 8)][number]
        book(clinic, start=start, actor=factories.patient_actor(patient))

    with django_assert_num_queries(8):
        shown = day_presenters.page(day.day_list(clinic.doctor, on=MONDAY_10.date(), now=NOW), now=NOW)

    assert len(shown["rows"]) == rows
    first = shown["rows"][0]
    assert (first["time"], first["name"]) == ("10:00 am", "Ruth Delgado")
    assert first["about"] == "67 · Breast, stage II"


def test_it_shows_a_clinician_no_other_clinicians_day(clinic):
    with pytest.raises(Forbidden):
        day.day_list(
            factories.clinician_actor(factories.a_clinician("stranger")),
            on=MONDAY_10.date(),
            clinician_id=clinic.clinician.id,
            now=NOW,
        )


def test_it_lists_requests_to_their_clinician_and_to_the_coordinator_who_cares_for_the_patient(clinic):
    visit = book(clinic, service="new-patient-consult")
    coordinator = factories.clinician_actor(factories.a_coordinator(), role=Role.nurse_coordinator)

    def waiting(actor):
        return [one.id for one in day.open_requests(actor, now=NOW)]

    assert waiting(clinic.doctor) == [visit.id]
    assert waiting(coordinator) == []
    alerts.open_alert(patient_id=clinic.patient.id, kind="callback", severity="soon", actor=clinic.me, now=NOW)
    assert waiting(coordinator) == [visit.id]
    assert waiting(factories.clinician_actor(factories.a_clinician("stranger"))) == []
    cells = request_presenters.page(day.open_requests(clinic.doctor, now=NOW), now=NOW)["rows"][0]["cells"]
    assert cells[0]["tag"]["text"] == "24 h 0 min left"
    assert cells[4]["text"] == "Leans to the clinic"


def test_it_vouches_for_clinicians_with_a_visit_and_coordinators_with_an_alert(clinic):
    coordinator = factories.clinician_actor(factories.a_coordinator(), role=Role.nurse_coordinator)
    administrator = factories.clinician_actor(clinic.clinician, role=Role.administrator)

    def may(actor, domain=Domain.chart):
        one = access.can_act_for(actor, patient_id=clinic.patient.id, domain=domain, now=NOW)
        many = access.those_of(actor, patient_ids=[clinic.patient.id], domain=domain, now=NOW)
        assert one == (many == {clinic.patient.id})
        return one

    assert not may(clinic.doctor)
    hold(clinic)
    assert not may(clinic.doctor)
    book(clinic)
    assert may(clinic.doctor)
    assert not may(clinic.doctor, Domain.profile)
    assert not may(factories.clinician_actor(clinic.clinician, is_verified=False))
    assert not may(administrator)
    assert not may(coordinator)
    alerts.open_alert(patient_id=clinic.patient.id, kind="callback", severity="soon", actor=clinic.me, now=NOW)
    assert may(coordinator)


def test_it_says_times_in_both_zones_when_they_differ(clinic):
    clinic.patient.time_zone = "America/Chicago"
    clinic.patient.save()
    visit = book(clinic)

    shown = presenters.card(visits.one(clinic.me, appointment_id=visit.id, now=NOW), now=NOW)

    assert shown["time"] == "10:00 am, Ohio time (9:00 am your time, Central, Chicago)"
    assert shown["day"] == "Monday, November 30, 2026"
    assert shown["can_change"]
