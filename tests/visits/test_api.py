"""The API door of visits: shapes, statuses, strangers, repeated requests, bad input."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from oncology_clinic.audit.models import Event
from tests import factories
from visits.models import Appointment, RoutingDecision

pytestmark = pytest.mark.django_db
WELL = {"flags": [], "pain": {"now": 1}, "cap": {"video": True, "bandwidth": True, "phone": True}}


@pytest.fixture
def clinic():
    class Clinic:
        site = factories.a_site()
        clinician = factories.a_working_clinician(site=site)
        patient = factories.a_patient()

    Clinic.client = factories.client_of(Clinic.patient.account)
    day = factories.next_weekday(timezone.now())
    Clinic.ten = datetime.combine(day, time(10), tzinfo=ZoneInfo(factories.OHIO))
    return Clinic


def post(client, path, body, **headers):
    return client.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers)


def order(clinic, **fields):
    made = {
        "service": "nutrition-counseling",
        "location": "OH",
        "answers": WELL,
        "start": clinic.ten.isoformat(),
        "clinician": str(clinic.clinician.id),
    }
    return {**made, **fields}


def book(clinic, *, client=None, headers=None, **fields):
    return post(client or clinic.client, "visits/book/", order(clinic, **fields), **(headers or {}))


def test_it_lists_services_for_everybody(client):
    answer = client.get("/api/v1/services/")

    assert answer.status_code == 200
    infusion = next(one for one in answer.json() if one["slug"] == "infusion-systemic-therapy")
    assert infusion["class"] == "hard"
    assert infusion["channels"] == []
    assert (infusion["minutes"], infusion["minutes_at_most"]) == (60, 360)
    assert infusion["source"]["url"].startswith("https://")


def test_it_previews_a_decision_with_texts_and_sources_and_stores_nothing(clinic):
    answer = post(
        clinic.client, "routing/preview/", {"service": "nutrition-counseling", "location": "OH", "answers": WELL}
    )

    body = answer.json()
    assert answer.status_code == 200
    assert (body["decision"], body["channel"], body["urgency"], body["lean"]) == (
        "telehealth",
        "video",
        "routine",
        None,
    )
    assert body["reasons"][0]["code"] == "service_default:telehealth"
    assert body["reasons"][0]["text"]
    assert body["reasons"][0]["source"]
    assert set(body["coverage"]) == {"video", "audio", "in_person"}
    assert not RoutingDecision.objects.exists()


def test_it_previews_in_spanish(clinic):
    clinic.patient.account.language = "es"
    clinic.patient.account.save()

    body = post(clinic.client, "routing/preview/", {"service": "lab-draw", "location": "OH"}).json()

    assert body["reasons"][0]["text"].startswith("Este cuidado")


def test_it_lists_free_times_in_order(clinic):
    day = clinic.ten.date()

    answer = clinic.client.get(
        f"/api/v1/slots/?service=nutrition-counseling&modality=video&from={day}&to={day}&clinician={clinic.clinician.id}"
    )

    body = answer.json()
    assert answer.status_code == 200
    assert body[0] == {
        "start": clinic.ten.replace(hour=9).isoformat(),
        "end": (clinic.ten.replace(hour=9) + timedelta(minutes=45)).isoformat(),
        "clinician": str(clinic.clinician.id),
        "site": str(clinic.site.id),
    }
    assert body == sorted(body, key=lambda one: one["start"])
    assert len(body) == 10 + 14


def test_it_books_with_the_whole_answer(clinic):
    answer = book(clinic)

    body = answer.json()
    assert answer.status_code == 201, body
    assert body["start"] == clinic.ten.isoformat()
    assert (body["modality"], body["decision"], body["status"]) == ("video", "telehealth", "booked")
    assert body["coverage"]["status"] == "unknown_needs_review"
    assert Appointment.objects.filter(id=body["id"]).exists()


def test_it_answers_202_for_a_case_decision(clinic):
    answer = book(clinic, service="new-patient-consult")

    assert answer.status_code == 202
    assert (answer.json()["status"], answer.json()["decision"]) == ("requested", "case_decision")
    assert answer.json()["request_due"]


def test_it_answers_409_with_alternatives_in_the_shape_of_free_times(clinic):
    book(clinic)
    other = factories.client_of(factories.a_patient("other").account)

    answer = book(clinic, client=other)

    assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")
    assert set(answer.json()["alternatives"][0]) == {"start", "end", "clinician", "site"}


def test_it_answers_422_with_the_script_in_an_emergency(clinic):
    answer = book(clinic, answers={**WELL, "flags": ["chest_pain_new"]})

    assert (answer.status_code, answer.json()["code"]) == (422, "emergency")
    assert answer.json()["script"]["numbers"][0] == "911"
    assert RoutingDecision.objects.count() == 1


def test_it_lists_and_reads_moves_and_cancels_a_visit(clinic):
    visit = book(clinic).json()["id"]

    listed = clinic.client.get("/api/v1/visits/").json()
    read = clinic.client.get(f"/api/v1/visits/{visit}/").json()
    later = (clinic.ten + timedelta(days=1)).isoformat()
    moved = post(clinic.client, f"visits/{visit}/reschedule/", {"start": later, "clinician": str(clinic.clinician.id)})
    cancelled = post(clinic.client, f"visits/{visit}/cancel/", {"reason": "feeling_better"})
    again = post(clinic.client, f"visits/{visit}/cancel/", {"reason": "feeling_better"})

    assert [one["id"] for one in listed] == [visit]
    assert read["reasons"][0]["code"] == "service_default:telehealth"
    assert (moved.status_code, moved.json()["start"]) == (200, later)
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert (again.status_code, again.json()["code"]) == (409, "already_cancelled")


def test_it_refuses_to_move_or_cancel_a_visit_that_has_begun(clinic):
    visit = book(clinic).json()["id"]
    begun = timezone.now() - timedelta(minutes=5)
    Appointment.objects.filter(id=visit).update(starts_at=begun, ends_at=begun + timedelta(minutes=45))

    for path, body in (("reschedule", {"start": clinic.ten.isoformat()}), ("cancel", {"reason": "other"})):
        answer = post(clinic.client, f"visits/{visit}/{path}/", body)
        assert (answer.status_code, answer.json()["code"]) == (409, "too_late")


# -- strangers --------------------------------------------------------------------------------------


def paths_of(visit):
    return [
        ("get", f"visits/{visit}/", None),
        ("post", f"visits/{visit}/reschedule/", {"start": "2027-01-04T10:00:00-05:00"}),
        ("post", f"visits/{visit}/cancel/", {"reason": "other"}),
    ]


def test_it_hides_a_visit_from_another_patient_and_a_caregiver_without_a_grant_and_records_it(clinic):
    visit = book(clinic).json()["id"]
    strangers = [factories.a_patient("stranger").account, factories.a_caregiver().account]
    denied = Event.objects.filter(action=15).count()

    for account in strangers:
        client = factories.client_of(account)
        for method, path, body in paths_of(visit):
            answer = post(client, path, body) if method == "post" else client.get(f"/api/v1/{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
        assert clinic.patient.id not in {one["patient"] for one in client.get("/api/v1/visits/").json()}

    assert Event.objects.filter(action=15).count() == denied + 6
    assert Appointment.objects.get(id=visit).status == "booked"


def test_it_asks_nobody_to_sign_in_and_records_it(clinic, client):
    visit = book(clinic).json()["id"]
    denied = Event.objects.filter(action=15).count()

    for method, path, body in [*paths_of(visit), ("get", "visits/", None), ("post", "visits/book/", order(clinic))]:
        answer = post(client, path, body) if method == "post" else client.get(f"/api/v1/{path}")
        assert answer.status_code == 401, path

    assert Event.objects.filter(action=15).count() == denied + 5


def test_it_refuses_staff_without_a_second_factor(clinic):
    visit = book(clinic).json()["id"]
    unverified = factories.client_of(clinic.clinician.account)

    for method, path, body in paths_of(visit):
        answer = post(unverified, path, body) if method == "post" else unverified.get(f"/api/v1/{path}")
        assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_needed"), path


def test_it_lets_nobody_book_for_another_patient_by_naming_them(clinic):
    stranger = factories.client_of(factories.a_patient("stranger").account)

    answer = book(clinic, client=stranger, patient=str(clinic.patient.id))

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


# -- repeated requests ------------------------------------------------------------------------------


def test_it_gives_the_same_answer_to_the_same_key_and_body(clinic):
    key = {"Idempotency-Key": str(uuid4())}

    first, second = book(clinic, headers=key), book(clinic, headers=key)

    assert (second.status_code, second.json()) == (201, first.json())
    assert second.headers["Idempotent-Replay"] == "true"
    assert Appointment.objects.count() == 1


def test_it_refuses_a_key_used_for_another_body(clinic):
    key = {"Idempotency-Key": str(uuid4())}
    book(clinic, headers=key)

    answer = book(clinic, headers=key, start=(clinic.ten + timedelta(hours=1)).isoformat())

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert Appointment.objects.count() == 1


def test_it_keeps_keys_of_different_people_apart(clinic):
    key = {"Idempotency-Key": "one-two-three"}
    book(clinic, headers=key)
    other = factories.client_of(factories.a_patient("other").account)

    assert book(clinic, client=other, headers=key).status_code == 409


def test_it_keeps_the_record_of_an_emergency_once_when_asked_twice(clinic):
    key = {"Idempotency-Key": "emergency-1"}
    answers = {"flags": ["chest_pain_new"]}

    first, second = book(clinic, headers=key, answers=answers), book(clinic, headers=key, answers=answers)

    assert (first.status_code, second.status_code) == (422, 422)
    assert second.json() == first.json()
    assert RoutingDecision.objects.count() == 1


def test_it_refuses_a_key_that_is_none(clinic):
    assert book(clinic, headers={"Idempotency-Key": "x" * 300}).json()["code"] == "bad_idempotency_key"


# -- bad input --------------------------------------------------------------------------------------

BAD = [
    ("no service", {"service": None}, "service"),
    ("an unknown service", {"service": "haircut"}, "service"),
    ("a service that is a number", {"service": 7}, "service"),
    ("no time", {"start": None}, "start"),
    ("a time without an offset", {"start": "2027-01-04T10:00:00"}, "start"),
    ("a skipped local time without an offset", {"start": "2027-03-14T02:30:00"}, "start"),
    ("a day that does not exist", {"start": "2027-02-30T10:00:00-05:00"}, "start"),
    ("words for a time", {"start": "tomorrow"}, "start"),
    ("a time at the end of all days", {"start": "9999-12-31T23:59:59-05:00"}, "start"),
    ("no clinician", {"clinician": None}, "clinician"),
    ("a clinician that is no id", {"clinician": "Dr. Okafor"}, "clinician"),
    ("a patient that is no id", {"patient": "me"}, "patient"),
    ("a state nobody knows", {"location": "Ohio, probably"}, "location"),
    ("an unknown flag", {"answers": {"flags": ["hungry"]}}, "flags"),
    ("pain of eleven", {"answers": {"pain": {"now": 11}}}, "pain_now"),
    ("half a pain", {"answers": {"pain": {"now": 3.5}}}, "pain_now"),
    ("a temperature of a stone", {"answers": {"temp_c": 4}}, "temp_c"),
    ("two temperatures", {"answers": {"temp_c": 38, "temp_f": 100}}, "temp_f"),
    ("a yes that is a maybe", {"answers": {"cap": {"video": "maybe"}}}, "cap_video"),
    ("an unknown wish", {"answers": {"pref": "hologram"}}, "pref"),
    ("too many ambers", {"answers": {"ambers": 99}}, "ambers"),
    ("a length of a week", {"minutes": 10080}, "minutes"),
    ("a licence typed by the caller", {"answers": {"licensed": ["IL"]}}, "__all__"),
    ("therapy typed by the caller", {"answers": {"days_since_sact": 400}}, "__all__"),
    ("coverage typed by the caller", {"answers": {"coverage": "covered"}}, "__all__"),
    ("an override typed by the caller", {"answers": {"override": "telehealth"}}, "__all__"),
    ("an unknown key", {"colour": "blue"}, "__all__"),
]


@pytest.mark.parametrize(("why", "fields", "field"), BAD, ids=[row[0] for row in BAD])
def test_it_refuses_a_booking_with(clinic, why, fields, field):
    answer = book(clinic, **fields)

    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, "invalid_input"), body
    assert field in body["fields"]
    assert body["detail"]
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(
    ("raw", "status"),
    [("{", 400), ("[]", 422), ('"book"', 422), ("null", 422), ('{"service": {"a": {"b": 1}}}', 422)],
)
def test_it_refuses_what_is_no_order_at_all(clinic, raw, status):
    answer = clinic.client.post("/api/v1/visits/book/", raw, content_type="application/json")

    assert answer.status_code == status
    assert set(answer.json()) >= {"code", "detail"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("service=haircut&from=2027-01-04&to=2027-01-05", "service"),
        ("service=nutrition-counseling&from=2027-01-05&to=2027-01-04", "to"),
        ("service=nutrition-counseling&from=2027-01-01&to=2027-03-01", "to"),
        ("service=nutrition-counseling&from=2027-01-32&to=2027-02-01", "from"),
        ("service=nutrition-counseling&to=2027-02-01", "from"),
        ("service=nutrition-counseling&from=0001-01-01&to=0001-01-02", "from"),
        ("service=nutrition-counseling&modality=fax&from=2027-01-04&to=2027-01-05", "modality"),
        ("service=nutrition-counseling&clinician=me&from=2027-01-04&to=2027-01-05", "clinician"),
    ],
)
def test_it_refuses_a_search_for_free_times(clinic, query, field):
    answer = clinic.client.get(f"/api/v1/slots/?{query}")

    assert answer.status_code == 422
    assert field in answer.json()["fields"]


def test_it_refuses_a_search_for_what_is_not_offered_that_way(clinic):
    query = "service=infusion-systemic-therapy&modality=video&from=2027-01-04&to=2027-01-05"

    assert clinic.client.get(f"/api/v1/slots/?{query}").json()["code"] == "modality_not_offered"


# -- statements -------------------------------------------------------------------------------------


def counted(queries):
    """Statements that ask or change something, without the bounds of transactions."""
    bounds = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    return [one["sql"] for one in queries if not one["sql"].startswith(bounds)]


@pytest.mark.parametrize("service", ["nutrition-counseling", "physical-exam-visit"])
def test_it_books_in_at_most_14_statements(clinic, django_assert_max_num_queries, service):
    book(clinic, start=(clinic.ten + timedelta(days=1)).isoformat())  # the process has compiled its calendar

    with django_assert_max_num_queries(100) as captured:
        assert book(clinic, service=service).status_code == 201

    statements = counted(captured.captured_queries)
    assert len(statements) <= 14, "\n".join(statements)


def test_it_books_with_a_key_in_at_most_two_statements_more(clinic, django_assert_max_num_queries):
    book(clinic, start=(clinic.ten + timedelta(days=1)).isoformat())

    with django_assert_max_num_queries(100) as captured:
        assert book(clinic, headers={"Idempotency-Key": "count-me"}).status_code == 201

    assert len(counted(captured.captured_queries)) <= 16


@pytest.mark.parametrize("taken", [0, 12])
def test_it_searches_a_week_in_at_most_6_statements_whatever_is_taken(clinic, django_assert_max_num_queries, taken):
    first = clinic.ten.astimezone(UTC) - timedelta(hours=1)
    for number in range(taken):
        begin = first + timedelta(days=number % 5, minutes=45 * (number // 5))
        Appointment.objects.create(
            patient=factories.a_patient(f"taken{number}"),
            clinician=clinic.clinician,
            site=clinic.site,
            service="nutrition-counseling",
            modality="video",
            starts_at=begin,
            ends_at=begin + timedelta(minutes=45),
            status="booked",
            patient_time_zone=factories.OHIO,
            created_at=first,
        )
    day = clinic.ten.date()
    query = f"/api/v1/slots/?service=nutrition-counseling&modality=in_person&from={day}&to={day + timedelta(days=6)}"
    clinic.client.get(query)

    with django_assert_max_num_queries(100) as captured:
        assert clinic.client.get(query).status_code == 200

    assert len(counted(captured.captured_queries)) <= 6


# -- the description --------------------------------------------------------------------------------


def test_it_describes_itself_with_request_bodies(client):
    answer = client.get("/api/v1/schema/?format=json")

    schema = answer.json()
    paths = schema["paths"]
    assert "requestBody" in paths["/api/v1/visits/book/"]["post"]
    assert {"/api/v1/slots/", "/api/v1/routing/preview/", "/api/v1/visits/{appointment_id}/cancel/"} <= set(paths)


def test_it_has_a_page_that_people_can_read_without_script(client):
    answer = client.get("/api/v1/docs/")

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "POST /api/v1/visits/book/" in text
    assert "Idempotency-Key" in text
    assert "style=" not in text
    assert "UNDEFINED" not in text
