"""The people and places of a small clinic, as plain functions. People are named by what they are."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.test import Client
from django.utils import timezone

from billing.models import CoverageRule, Plan, PlanMembership
from caregivers.models import Caregiver, CaregiverGrant
from oncology_clinic.accounts.models import Account, Clinician, Patient
from oncology_clinic.actors import Actor, Role
from oncology_clinic.audit import envelope
from oncology_clinic.audit.contract import Action
from oncology_clinic.audit.models import Event
from visits.models import ClinicianHours, PracticeAuthority, Room, Site

OHIO = "America/New_York"
PASSWORD = "correct horse battery staple"


def an_account(username: str, *, role: str, **fields: Any) -> Account:
    return Account.objects.create_account(username, role=role, password=PASSWORD, **fields)


def a_patient(username: str = "patient", **fields: Any) -> Patient:
    made = {
        "account": an_account(username, role="patient"),
        "legal_name": "Ruth Delgado",
        "birth_date": date(1958, 12, 31),
        "email": f"{username}@example.org",
        "home_state": "OH",
        "last_in_person_exam_on": timezone.now().date() - timedelta(days=20),
        **fields,
    }
    return Patient.objects.create(**made)


def a_clinician(username: str = "clinician", **fields: Any) -> Clinician:
    made = {
        "account": an_account(username, role=fields.pop("role", "clinician"), email=f"{username}@example.org"),
        "display_name": f"Dr. {username.title()}",
        "profession": "physician",
        "time_zone": OHIO,
        **fields,
    }
    return Clinician.objects.create(**made)


def a_coordinator(username: str = "coordinator", **fields: Any) -> Clinician:
    return a_clinician(username, role="nurse_coordinator", profession="nurse", **fields)


def a_caregiver(username: str = "caregiver", **fields: Any) -> Caregiver:
    account = an_account(username, role="caregiver")
    return Caregiver.objects.create(account=account, **{"name": "Sam Delgado", **fields})


def a_grant(
    patient: Patient, caregiver: Caregiver, *, scopes: tuple[str, ...] = ("appointments",), **fields: Any
) -> CaregiverGrant:
    made = {"starts_on": date(2020, 1, 1), "granted_at": datetime.fromisoformat("2020-01-01T12:00:00+00:00")}
    return CaregiverGrant.objects.create(
        patient=patient, caregiver=caregiver, scopes=list(scopes), **{**made, **fields}
    )


def a_site(code: str = "main", *, rooms: int = 2, **fields: Any) -> Site:
    made = {"name": f"Lakeside {code}", "address": "1 Lake Street", "state": "OH", "time_zone": OHIO, **fields}
    site = Site.objects.create(code=code, **made)
    for number in range(1, rooms + 1):
        Room.objects.create(site=site, name=f"Room {number}")
    return site


def hours(
    clinician: Clinician,
    site: Site,
    *,
    days: tuple[int, ...] = (0, 1, 2, 3, 4),
    stretches: tuple[tuple[time, time], ...] = ((time(9), time(12)), (time(13), time(17))),
) -> None:
    """Weekly working hours; several stretches a day leave breaks between them."""
    for weekday in days:
        for starts, ends in stretches:
            ClinicianHours.objects.create(clinician=clinician, site=site, weekday=weekday, starts=starts, ends=ends)


def a_licence(clinician: Clinician, state: str = "OH", **fields: Any) -> PracticeAuthority:
    made = {"profession": clinician.profession, "valid_from": date(2020, 1, 1), **fields}
    return PracticeAuthority.objects.create(clinician=clinician, jurisdiction=state, **made)


def a_working_clinician(username: str = "clinician", *, site: Site | None = None, **fields: Any) -> Clinician:
    """With the usual hours at a site and a licence for Ohio."""
    clinician = a_clinician(username, **fields)
    hours(clinician, site or Site.objects.filter(code="main").first() or a_site())
    a_licence(clinician)
    return clinician


def a_plan(code: str = "acme-silver", **fields: Any) -> Plan:
    made = {"name": code.title(), "payer": "acme", "payer_type": "commercial_insured", **fields}
    return Plan.objects.create(code=code, **made)


def a_member(patient: Patient, plan: Plan, **fields: Any) -> PlanMembership:
    made = {"member_id": "W123", "policy_situs": "OH", "starts_on": date(2020, 1, 1), **fields}
    return PlanMembership.objects.create(patient=patient, plan=plan, **made)


def a_rule(code: str, *, decision: str = "covered", modality: tuple[str, ...] = ("*",), **fields: Any) -> CoverageRule:
    made = {
        "kind": "plan",
        "decision": decision,
        "valid_from": date(2020, 1, 1),
        "payer": ["acme"],
        "service": ["*"],
        "modality": list(modality),
        "cost_share": "same_as_in_person",
        "source_title": "Acme provider manual",
        "source_url": "https://example.org/acme-manual",
        "source_date": "2026-01",
        "reviewed_by": "R. Viewer",
        "reviewed_on": date(2026, 1, 1),
        "review_due": date(2099, 1, 1),
        "status": "active",
        **fields,
    }
    return CoverageRule.objects.create(code=code, **made)


# -- who acts ----------------------------------------------------------------------------------


def patient_actor(patient: Patient) -> Actor:
    return Actor(role=Role.patient, account_id=patient.account_id, label="patient", patient_id=patient.id)


def clinician_actor(clinician: Clinician, *, role: Role = Role.clinician, is_verified: bool = True) -> Actor:
    return Actor(
        role=role,
        account_id=clinician.account_id,
        label="clinician",
        clinician_id=clinician.id,
        is_verified=is_verified,
    )


def caregiver_actor(caregiver: Caregiver, *, on_behalf_of: UUID | None = None) -> Actor:
    return Actor(
        role=Role.caregiver,
        account_id=caregiver.account_id,
        label="caregiver",
        caregiver_id=caregiver.id,
        on_behalf_of=on_behalf_of,
    )


def client_of(account: Account, **kwargs: Any) -> Client:
    """A browser in which this person has signed in with a password (no second factor)."""
    client = Client(**kwargs)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


# -- when ----------------------------------------------------------------------------------------


def next_weekday(now: datetime, weekday: int = 0, *, weeks: int = 1) -> date:
    """That weekday, at least a week from now: always to come, and away from any edge."""
    day = now.date() + timedelta(days=7 * weeks)
    return day + timedelta(days=(weekday - day.weekday()) % 7)


# -- what was recorded -------------------------------------------------------------------------------


def recorded(action: Action, patient: Patient) -> int:
    """How many events of this kind the log holds about this patient."""
    index = envelope.blind_index("patient", patient.id)
    return Event.objects.filter(action=int(action), patient_bidx=index).count()
