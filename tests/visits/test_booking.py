"""Booking as a service: what it stores, records, publishes and refuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from oncology_clinic.audit.contract import Action
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.errors import Conflict, NotFound, Refusal
from oncology_clinic.outbox.models import OutboxMessage
from screening.models import Alert, ScreenRequest
from tests import factories
from visits.models import Appointment, AppointmentEvent, Reminder, RoutingDecision
from visits.models.appointments import LIVE
from visits.rules.states import OCCUPYING
from visits.selectors import slots as slot_selectors
from visits.services import booking
from visits.services.commands import Answers, BookCommand

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
MONDAY_10 = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)  # 10:00 in Ohio
WELL = Answers(cap_video=True, cap_bandwidth=True, cap_phone=True)


@pytest.fixture
def clinic():
    class Clinic:
        site = factories.a_site()
        clinician = factories.a_working_clinician(site=site)
        patient = factories.a_patient()

    return Clinic


def order(clinic, *, service="nutrition-counseling", start=MONDAY_10, location="OH", answers=WELL, **fields):
    return BookCommand(
        service=service,
        start=start,
        clinician_id=fields.pop("clinician_id", clinic.clinician.id),
        location=location,
        answers=answers,
        **fields,
    )


def book(clinic, *, actor=None, now=NOW, **fields):
    return booking.book(order(clinic, **fields), actor=actor or factories.patient_actor(clinic.patient), now=now)


def test_it_keeps_the_same_statuses_taken_as_the_rules_say():
    assert set(LIVE) == {str(state) for state in OCCUPYING}


def test_it_books_a_video_visit_and_keeps_why(clinic):
    booked = book(clinic)

    kept = Appointment.objects.select_related("routing_decision", "coverage_check").get(id=booked.appointment.id)
    assert (kept.status, kept.modality, kept.room_id) == ("booked", "video", None)
    assert kept.ends_at - kept.starts_at == timedelta(minutes=45)
    assert kept.during.lower == kept.starts_at
    decision = kept.routing_decision
    assert reveal(decision.verdict) == "telehealth"
    assert [reason["code"] for reason in reveal(decision.reasons)] == ["service_default:telehealth"]
    assert reveal(decision.facts)["licensed"] == ["OH"]
    assert (decision.computed_modality, decision.final_modality) == ("video", "video")
    assert kept.coverage_check.status == "unknown_needs_review"


def test_it_asks_for_screens_plans_reminders_publishes_and_records(clinic):
    booked = book(clinic)

    appointment = booked.appointment
    assert ScreenRequest.objects.get(subject_id=appointment.id).due_at == appointment.starts_at
    assert Reminder.objects.filter(appointment_id=appointment.id).count() > 0
    assert OutboxMessage.objects.filter(topic="visits.appointment_booked", subject_id=appointment.id).count() == 1
    assert [event.kind for event in AppointmentEvent.objects.filter(appointment_id=appointment.id)] == ["booked"]
    assert factories.recorded(Action.book, clinic.patient) == 1


def test_it_takes_a_free_room_by_itself_when_the_visit_is_in_person(clinic):
    booked = book(clinic, service="physical-exam-visit")

    assert booked.appointment.modality == "in_person"
    assert Appointment.objects.get(id=booked.appointment.id).room_id == booked.appointment.room_id is not None


def test_it_makes_a_case_decision_a_request_that_holds_the_time_and_a_room(clinic):
    booked = book(clinic, service="new-patient-consult")

    kept = Appointment.objects.get(id=booked.appointment.id)
    assert (kept.status, kept.modality) == ("requested", "in_person")
    assert kept.room_id is not None
    assert kept.request_due_at == NOW + timedelta(hours=24)
    assert OutboxMessage.objects.filter(topic="visits.appointment_requested", subject_id=kept.id).exists()


def test_it_stops_at_an_emergency_and_keeps_decision_alert_page_and_record(clinic):
    answers = Answers(flags=("chest_pain_new",))

    with pytest.raises(Refusal) as caught:
        book(clinic, answers=answers)

    assert (caught.value.code, caught.value.status) == ("emergency", 422)
    assert caught.value.extra["script"]["numbers"] == ["911", "614-555-0142"]
    assert not Appointment.objects.exists()
    assert reveal(RoutingDecision.objects.get().verdict) == "emergency"
    alert = Alert.objects.get()
    assert (alert.kind, alert.severity) == ("emergency", "urgent")
    assert OutboxMessage.objects.filter(topic="visits.emergency_reported", subject_id=alert.id).exists()
    assert factories.recorded(Action.emergency, clinic.patient) == 1


def test_it_gives_988_for_a_plan_of_suicide(clinic):
    with pytest.raises(Refusal) as caught:
        book(clinic, answers=Answers(flags=("suicide_plan_or_intent",)))

    assert caught.value.extra["script"]["numbers"][:2] == ["911", "988"]


def test_it_answers_an_emergency_before_it_complains_of_the_time(clinic):
    with pytest.raises(Refusal) as caught:
        book(clinic, answers=Answers(flags=("chest_pain_new",)), start=NOW - timedelta(days=1))

    assert caught.value.code == "emergency"


def test_it_knows_from_the_record_that_fever_after_therapy_is_an_emergency(clinic):
    clinic.patient.last_systemic_therapy_on = (NOW - timedelta(days=9)).date()
    clinic.patient.save()

    with pytest.raises(Refusal) as caught:
        book(clinic, answers=Answers(temp_c=38.4))

    assert caught.value.code == "emergency"


def test_h24_it_refuses_with_choices_where_the_clinician_may_not_practise_and_the_patient_cannot_come(clinic):
    colleague = factories.a_working_clinician("colleague", site=clinic.site)
    factories.a_licence(colleague, "IL")

    with pytest.raises(Refusal) as caught:
        book(clinic, location="IL", answers=Answers(cannot_travel=True))

    assert caught.value.code == "blocked"
    codes = [choice["code"] for choice in caught.value.extra["choices"]]
    assert codes[0] == "other_clinician"
    assert caught.value.extra["choices"][0]["clinicians"] == [{"id": str(colleague.id), "name": colleague.display_name}]
    assert not Appointment.objects.exists()


def test_h24_it_books_in_person_where_the_clinician_may_not_practise_and_the_patient_can_come(clinic):
    booked = book(clinic, location="IL")

    assert booked.appointment.modality == "in_person"


@pytest.mark.parametrize(
    ("why", "fields", "code", "field"),
    [
        ("in the past", {"start": NOW - timedelta(days=6)}, "in_the_past", "start"),
        ("now", {"start": NOW}, "in_the_past", "start"),
        ("years away", {"start": MONDAY_10 + timedelta(days=800)}, "too_far", "start"),
        ("before opening", {"start": MONDAY_10 - timedelta(hours=2)}, "outside_hours", "start"),
        ("at lunch", {"start": MONDAY_10 + timedelta(hours=2)}, "outside_hours", "start"),
        ("running past lunch", {"start": MONDAY_10 + timedelta(hours=1, minutes=30)}, "outside_hours", "start"),
        ("on a Sunday", {"start": MONDAY_10 - timedelta(days=1)}, "outside_hours", "start"),
        ("off the quarter hour", {"start": MONDAY_10 + timedelta(minutes=7)}, "outside_hours", "start"),
        ("of another length", {"minutes": 20}, "wrong_length", "minutes"),
        ("of clinicians among themselves", {"service": "tumor-board"}, "not_bookable", "service"),
        ("of device data", {"service": "remote-monitoring-review"}, "not_bookable", "service"),
        ("of a length nobody set", {"service": "surgery"}, "not_bookable", "service"),
        ("that does not exist", {"service": "haircut"}, "unknown_service", "service"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_refuses_a_visit(clinic, why, fields, code, field):
    with pytest.raises(Refusal) as caught:
        book(clinic, **fields)

    assert (caught.value.code, caught.value.field, caught.value.status) == (code, field, 422)
    assert not Appointment.objects.exists()


def test_it_refuses_a_clinician_nobody_knows_or_who_has_left(clinic):
    clinic.clinician.is_active = False
    clinic.clinician.save()

    with pytest.raises(Refusal) as caught:
        book(clinic)

    assert (caught.value.code, caught.value.field) == ("unknown_clinician", "clinician")


@pytest.mark.django_db
def test_it_offers_and_books_a_service_only_with_those_who_give_it():
    dietitian = factories.a_working_clinician("dietitian", profession="dietitian")
    patient = factories.a_patient()
    offered = slot_selectors.free_slots(
        service="new-patient-consult",
        modality="video",
        first_day=NOW.date(),
        last_day=NOW.date() + timedelta(days=7),
        now=NOW,
    )
    command = BookCommand(
        "new-patient-consult", NOW + timedelta(days=1), dietitian.id, location="OH", answers=Answers()
    )

    with pytest.raises(Refusal) as caught:
        booking.book(command, actor=factories.patient_actor(patient), now=NOW)

    assert offered == []
    assert (caught.value.code, caught.value.field) == ("not_given_by_clinician", "clinician")


def test_it_refuses_a_time_on_leave(clinic):
    from visits.models import ClinicianLeave

    ClinicianLeave.objects.create(
        clinician=clinic.clinician, starts_at=MONDAY_10 - timedelta(hours=1), ends_at=MONDAY_10 + timedelta(minutes=10)
    )

    with pytest.raises(Refusal) as caught:
        book(clinic)

    assert caught.value.code == "on_leave"


def test_it_tells_a_taken_time_politely_with_the_nearest_free_times(clinic):
    book(clinic)
    other = factories.a_patient("other")

    with pytest.raises(Conflict) as caught:
        book(clinic, actor=factories.patient_actor(other))

    assert (caught.value.code, caught.value.status) == ("slot_taken", 409)
    found = [datetime.fromisoformat(one["start"]) for one in caught.value.extra["alternatives"]]
    assert len(found) == 5
    assert found == sorted(found)
    assert MONDAY_10 not in found


def test_it_refuses_a_patient_two_clinicians_at_once(clinic):
    colleague = factories.a_working_clinician("colleague", site=clinic.site)
    book(clinic)

    with pytest.raises(Conflict) as caught:
        book(clinic, clinician_id=colleague.id)

    assert caught.value.code == "slot_taken"
    assert "You already have a visit" in caught.value.sentence


def test_it_refuses_when_every_room_is_taken(clinic):
    site = factories.a_site("small", rooms=1)
    first, second = (factories.a_working_clinician(name, site=site) for name in ("first", "second"))
    book(clinic, clinician_id=first.id, service="physical-exam-visit")

    with pytest.raises(Conflict) as caught:
        book(
            clinic,
            clinician_id=second.id,
            service="physical-exam-visit",
            actor=factories.patient_actor(factories.a_patient("other")),
        )

    assert "rooms" in caught.value.sentence
    assert all(datetime.fromisoformat(one["start"]) != MONDAY_10 for one in caught.value.extra["alternatives"])


def test_it_answers_a_double_click_with_the_visit_that_stands(clinic):
    first = book(clinic)

    second = book(clinic)

    assert second.is_repeat
    assert second.appointment.id == first.appointment.id
    assert Appointment.objects.count() == 1


def test_it_lets_a_cancelled_time_be_taken_again(clinic):
    first = book(clinic)
    Appointment.objects.filter(id=first.appointment.id).update(status="cancelled")

    assert book(clinic, actor=factories.patient_actor(factories.a_patient("other"))).appointment.status == "booked"


def test_it_books_back_to_back(clinic):
    book(clinic)

    later = book(clinic, start=MONDAY_10 + timedelta(minutes=45))

    assert later.appointment.status == "booked"


# -- who may -------------------------------------------------------------------------------------


def test_it_lets_a_caregiver_with_the_grant_book_and_says_for_whom(clinic):
    caregiver = factories.a_caregiver()
    factories.a_grant(clinic.patient, caregiver)

    booked = book(clinic, actor=factories.caregiver_actor(caregiver), patient_id=clinic.patient.id)

    assert booked.appointment.patient_id == clinic.patient.id
    assert booked.appointment.booked_by_id == caregiver.account_id


def test_it_hides_the_patient_from_strangers(clinic):
    stranger = factories.a_patient("stranger")
    caregiver = factories.a_caregiver()
    factories.a_grant(clinic.patient, caregiver, scopes=("screens",))
    colleague = factories.a_clinician("colleague")

    for actor in (
        factories.patient_actor(stranger),
        factories.caregiver_actor(caregiver),
        factories.clinician_actor(colleague),
    ):
        with pytest.raises(NotFound):
            book(clinic, actor=actor, patient_id=clinic.patient.id)
    assert not Appointment.objects.exists()


def test_it_refuses_an_unverified_clinician(clinic):
    book(clinic)

    with pytest.raises(Refusal) as caught:
        book(
            clinic,
            actor=factories.clinician_actor(clinic.clinician, is_verified=False),
            patient_id=clinic.patient.id,
            start=MONDAY_10 + timedelta(days=1),
        )

    assert caught.value.code == "second_factor_needed"


def test_it_lets_a_clinician_book_for_a_patient_of_theirs(clinic):
    book(clinic)

    again = book(
        clinic,
        actor=factories.clinician_actor(clinic.clinician),
        patient_id=clinic.patient.id,
        start=MONDAY_10 + timedelta(days=1),
    )

    assert again.appointment.status == "booked"


# -- coverage ------------------------------------------------------------------------------------


def covered(clinic, *, telehealth, in_person, payer_type="commercial_insured"):
    plan = factories.a_plan(payer_type=payer_type)
    factories.a_member(clinic.patient, plan)
    factories.a_rule("video", decision=telehealth, modality=("video", "audio"))
    factories.a_rule("here", decision=in_person, modality=("in_person",))


def test_it_moves_a_visit_in_person_where_only_that_is_covered(clinic):
    covered(clinic, telehealth="not_covered", in_person="covered")

    booked = book(clinic)

    assert booked.appointment.modality == "in_person"
    assert booked.routed.codes[0] == "telehealth_not_covered"
    assert booked.coverage.status == "covered"


def test_it_asks_for_the_visit_in_person_as_one_at_the_clinic(clinic):
    factories.a_member(clinic.patient, factories.a_plan())
    factories.a_rule("video", decision="not_covered", modality=("video", "audio"), site=["home"])
    factories.a_rule("here", decision="covered", modality=("in_person",), site=["clinic"])

    assert book(clinic).appointment.modality == "in_person"


def test_it_leaves_a_visit_where_it_is_when_neither_is_covered(clinic):
    covered(clinic, telehealth="not_covered", in_person="not_covered")

    booked = book(clinic)

    assert booked.appointment.modality == "video"


def test_it_takes_a_written_wish_to_pay_and_owes_an_estimate(clinic):
    covered(clinic, telehealth="not_covered", in_person="covered")

    booked = book(clinic, answers=Answers(self_pay_ack=True))

    assert booked.appointment.modality == "video"
    assert "good_faith_estimate" in booked.routed.tasks


@pytest.mark.parametrize(
    ("payer_type", "code"), [("medicaid", "self_pay_not_allowed"), ("medicare_ffs", "self_pay_needs_form")]
)
def test_it_refuses_a_wish_to_pay_of(clinic, payer_type, code):
    covered(clinic, telehealth="not_covered", in_person="covered", payer_type=payer_type)

    with pytest.raises(Refusal) as caught:
        book(clinic, answers=Answers(self_pay_ack=True))

    assert (caught.value.code, caught.value.field) == (code, "self_pay_ack")


# -- what is kept --------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["visits_routingdecision", "visits_appointmentevent"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET patient_id = patient_id || ''", "DELETE FROM {}"])
def test_it_keeps_decisions_and_events_as_they_are(clinic, table, statement):
    book(clinic)
    sql = statement.format(table).replace("patient_id = patient_id || ''", "id = gen_random_uuid()")

    with pytest.raises(DatabaseError, match="is kept as it is"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_it_leaves_no_verdict_reason_or_flag_readable_in_the_database(clinic):
    with pytest.raises(Refusal):
        book(clinic, answers=Answers(flags=("suicide_plan_or_intent",)))

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(d)::text FROM visits_routingdecision d")
        (text,) = cursor.fetchone()
    assert "emergency" not in text
    assert "suicide" not in text


def test_it_stores_nothing_half_when_the_last_step_fails(clinic, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(booking.audit, "record", broken)

    with pytest.raises(RuntimeError):
        book(clinic)

    for model in (Appointment, RoutingDecision, AppointmentEvent, ScreenRequest, Reminder, OutboxMessage):
        assert not model.objects.exists()
