"""The demo clinic: made once, the same on every further run, and everybody in it can sign in."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management.base import CommandError
from django.test import Client

from billing.models import PlanMembership
from caregivers.models import CaregiverGrant
from oncology_clinic.accounts.models import Account, Clinician, Patient
from oncology_clinic.actors import Actor, Role
from oncology_clinic.audit.models import Event
from oncology_clinic.embedded import throwaway
from oncology_clinic.outbox.models import OutboxMessage
from oncology_clinic.outbox.services import relay
from screening.models import Alert
from tests.journeys.rest_client import one_time_code
from visits.demo import seeding
from visits.models import Appointment, PracticeAuthority, Reminder
from visits.selectors import day

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[3]
ROLES = {"patient", "caregiver", "clinician", "nurse_coordinator", "administrator", "auditor"}
NOON = datetime(2026, 11, 24, 17, 5, tzinfo=UTC)  # a Tuesday, five past twelve at the clinic


def okafor() -> Actor:
    clinician = Clinician.objects.get(account__username="elena.okafor")
    return Actor(Role.clinician, account_id=clinician.account_id, clinician_id=clinician.id, is_verified=True)


def test_it_writes_two_sign_ins_a_role_readable_by_the_owner_only_and_each_works(demo, settings):
    began = time.monotonic()
    demo.seed()
    took = time.monotonic() - began

    people = demo.content["people"]
    assert set(demo.content) == {"base_url", "people"}
    assert demo.content["base_url"] == settings.BASE_URL
    assert all(set(one) == {"role", "username", "password", "totp_secret"} for one in people)
    counted = Counter(person["role"] for person in people)
    assert set(counted) == ROLES
    assert min(counted.values()) >= 2
    assert len({person["password"] for person in people}) == len(people)
    has_secret = {person["role"]: person["totp_secret"] is not None for person in people}
    assert has_secret == {role: role not in ("patient", "caregiver") for role in ROLES}
    assert stat.S_IMODE(demo.file.stat().st_mode) == 0o600
    for person in people:
        assert signed_in(person) == (200, person["role"]), person["username"]
    assert took < 60, "a demo clinic is made while somebody waits"


def signed_in(person):
    """Status and role of the answer to these credentials at the API's door."""
    body = {"username": person["username"], "password": person["password"]}
    if person["totp_secret"]:
        body["otp"] = one_time_code(person["totp_secret"])
    answer = Client().post("/api/v1/session/", body, content_type="application/json")
    return answer.status_code, answer.json().get("person", {}).get("role")


def test_it_changes_nothing_when_run_again(demo):
    demo.seed()
    models = (Account, Patient, Clinician, Appointment, Alert, PlanMembership, CaregiverGrant, OutboxMessage, Event)
    accounts = set(Account.objects.values_list("pk", flat=True))
    counts, content = [model.objects.count() for model in models], demo.content

    demo.seed()

    assert [model.objects.count() for model in models] == counts
    assert demo.content == content
    assert set(Account.objects.values_list("pk", flat=True)) == accounts


def test_it_gives_the_same_people_new_passwords_when_the_file_is_lost(demo):
    demo.seed()
    old = {person["username"]: person["password"] for person in demo.content["people"]}
    demo.file.unlink()

    demo.seed()

    new = {person["username"]: person["password"] for person in demo.content["people"]}
    assert set(new) == set(old)
    assert all(new[name] != old[name] for name in new)
    assert Account.objects.get(username="alice.brennan").check_password(new["alice.brennan"])


def test_it_has_two_patients_nobody_knows_yet_plans_of_several_kinds_and_licences_that_ended(demo):
    demo.seed()

    first_two = [person["username"] for person in demo.people("patient")][:2]
    patients = Patient.objects.filter(account__username__in=first_two)
    assert patients.count() == 2
    assert not Appointment.objects.filter(patient__in=patients).exists()
    assert not CaregiverGrant.objects.filter(patient__in=patients).exists()
    kinds = {member.plan.payer_type for member in PlanMembership.objects.select_related("plan")}
    assert kinds >= {"medicare_ffs", "medicaid", "commercial_insured", "commercial_self_funded", "self_pay"}
    states = set(PracticeAuthority.objects.filter(status="active").values_list("jurisdiction", flat=True))
    assert states >= {"OH", "KY", "IN"}
    assert PracticeAuthority.objects.filter(status="expired").count() >= 2


def test_it_shows_a_day_with_someone_done_someone_waiting_an_alert_and_six_answers(demo):
    seeding.seed(file=demo.file, base_url="http://clinic", now=NOON)

    shown = day.day_list(okafor(), on=NOON.date(), now=NOON)
    status = {row.appointment.service: row.appointment.status for row in shown.rows}
    assert 6 <= len(shown.rows) <= 10
    assert Counter(status.values())["checked_in"] == 1
    assert {"completed", "checked_in", "booked"} == set(status.values())
    full = [row for row in shown.rows if row.trend and len(row.trend.pain) == 6 and len(row.trend.distress) == 6]
    assert len(full) >= 5
    assert any(row.trend is None for row in shown.rows)
    assert {row.appointment.modality for row in shown.rows} == {"video", "audio", "in_person"}
    urgent = [row for row in shown.rows if any(alert.severity == "urgent" for alert in row.alerts)]
    assert [row.trend.pain[-1] for row in urgent if row.trend] == [9]
    elsewhere = [row.appointment for row in shown.rows if row.appointment.patient_location == "KY"]
    assert [one.coverage_check.status for one in elsewhere] == ["unknown_needs_review"]
    (request,) = day.open_requests(okafor(), now=NOON)
    assert request.request_due_at > NOON


@pytest.mark.parametrize("hour", [5, 23], ids=lambda hour: f"at-{hour}-utc")
def test_it_has_one_patient_waiting_at_any_hour(demo, hour):
    now = datetime(2026, 11, 28, hour, 30, tzinfo=UTC)  # a Saturday

    seeding.seed(file=demo.file, base_url="http://clinic", now=now)

    waiting = Appointment.objects.filter(status="checked_in")
    assert waiting.count() == 1
    assert not Appointment.objects.filter(status="completed", starts_at__gt=now).exists()


def test_it_makes_the_day_anew_on_another_day_with_the_same_people(demo):
    seeding.seed(file=demo.file, base_url="http://clinic", now=NOON)
    patients = Patient.objects.count()

    seeding.seed(file=demo.file, base_url="http://clinic", now=NOON + timedelta(days=1))

    tomorrow = day.day_list(okafor(), on=NOON.date() + timedelta(days=1), now=NOON + timedelta(days=1))
    assert len(tomorrow.rows) >= 6
    assert Patient.objects.count() == patients


def test_it_books_through_the_service_and_writes_to_nobody_about_the_past(demo, settings):
    seeding.seed(file=demo.file, base_url="http://clinic", now=NOON)

    to_come = Appointment.objects.filter(status="booked", starts_at__gt=NOON)
    made_now = Appointment.objects.filter(created_at=NOON).count()
    assert to_come.count() >= 10
    assert not to_come.filter(routing_decision=None).exists()
    assert not Reminder.objects.unsent().filter(due_at__lte=NOON).exists()
    while relay(NOON, limit=500):
        pass
    letters = list(settings.MAIL_DIR.glob("*.eml"))
    assert made_now <= len(letters) <= made_now + 2  # and the coordinators, of the one alert of this moment
    assert not OutboxMessage.objects.waiting().exists()


def test_it_refuses_settings_for_real_patients(demo, settings):
    settings.DEMO_SIGN_INS = False

    with pytest.raises(CommandError, match="--i-know"):
        demo.seed(patients=5)
    with pytest.raises(CommandError, match="nobody gets a demo sign-in"):
        demo.seed(i_know=True)
    demo.seed(i_know=True, patients=5)

    assert not demo.file.exists()
    assert Account.objects.count() == 0
    assert Patient.objects.count() == 5


def test_it_holds_production_to_be_for_real_patients():
    made = "from django.conf import settings; assert settings.DEMO_SIGN_INS is False"
    asked = [sys.executable, "-c", f"import django; django.setup(); {made}"]

    subprocess.run(asked, check=True, env={**os.environ, **throwaway.environment()}, cwd=ROOT)
