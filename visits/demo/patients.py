"""Patients with their record, plan and sign-in, and the caregivers whom they let act."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.apps import apps

from billing.services import memberships
from caregivers.services import grants
from oncology_clinic.access import Domain
from oncology_clinic.accounts import indexes
from oncology_clinic.accounts.models import Account, Patient
from oncology_clinic.accounts.services import invitations
from oncology_clinic.accounts.services.invitations import Acceptance, Invite
from oncology_clinic.actors import Actor, Role
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.crypto import blind
from visits.demo import signins, staff
from visits.demo.reading import Clinic, Helper, Person

MEMBERS_SINCE = date(2024, 1, 1)


def make(clinic: Clinic, *, known: dict[str, str], administrator: Actor, system: Actor, now: datetime) -> None:
    """Everybody in care here, then those who help them."""
    for person in clinic.patients:
        patient = _record(person, actor=system, now=now)
        _enrol(person, patient.id, actor=system, now=now)
        if person.username:
            command = Invite(Role.patient, person.name, person.email, language=person.language, patient_id=patient.id)
            staff.sign_up(command, username=person.username, known=known, administrator=administrator, now=now)
    for helper in clinic.helpers:
        _let_help(helper, known=known, now=now)


def find(person: Person) -> Patient:
    """The record of a demo person, by name and birth date."""
    found = Patient.objects.filter(
        name_index=blind.index("name", person.name), birth_date_index=blind.index("birth_date", person.born)
    )
    patient: Patient = found.order_by("id")[0]
    return patient


def ids(people: Iterable[Person]) -> list[UUID]:
    """The records of these demo people; opens none of them."""
    names = [blind.index("name", person.name) for person in people]
    found = Patient.objects.filter(name_index__in=names).phi_values(
        "id", flat=True, reason="which records are the demo's"
    )
    return list(found)


def actor_of(patient: Patient) -> Actor:
    return Actor(Role.patient, account_id=patient.account_id, label="demo patient", patient_id=patient.id)


def _record(person: Person, *, actor: Actor, now: datetime) -> Patient:
    examined = person.examined_days_ago
    patient = Patient(
        legal_name=person.name,
        preferred_name=person.preferred or None,
        birth_date=person.born,
        email=person.email,
        phone=person.phone,
        language=person.language,
        needs_interpreter=person.needs_interpreter,
        has_video=person.has_video,
        home_state=person.home_state,
        diagnosis=person.diagnosis,
        therapy_kind=person.therapy,
        surveillance_interval_days=180 if person.therapy == "surveillance" else None,
        last_in_person_exam_on=None if examined is None else now.date() - timedelta(days=examined),
    )
    indexes.refresh_patient(patient)
    patient.save()
    audit.record(
        Action.create,
        actor=actor,
        category=Category.demographics,
        now=now,
        patient_id=patient.id,
        object_type="accounts.Patient",
        object_id=patient.id,
    )
    return patient


def _enrol(person: Person, patient_id: UUID, *, actor: Actor, now: datetime) -> None:
    plan = apps.get_model("billing", "Plan").objects.get(code=person.plan)
    command = memberships.Enrol(
        patient_id=patient_id,
        plan_id=plan.id,
        starts_on=MEMBERS_SINCE,
        member_id=f"DEMO{person.phone[-4:]}" if plan.payer_type != "self_pay" else "",
        policy_situs=person.situs,
        program_state=person.program_state,
    )
    memberships.enrol(command, actor=actor, now=now)


def _let_help(helper: Helper, *, known: dict[str, str], now: datetime) -> None:
    """The patient grants it on their own page; the caregiver accepts the invitation."""
    patient = Patient.objects.get(account=Account.objects.get(username=helper.patient))
    command = grants.NewGrant(
        name=helper.name,
        email=f"{helper.username}@helpers.example",
        relationship=helper.relationship,
        scopes=tuple(Domain(scope) for scope in helper.scopes),
        last_day=None if helper.days is None else now.date() + timedelta(days=helper.days),
    )
    made = grants.grant(command, patient_id=patient.id, actor=actor_of(patient), now=now)
    acceptance = Acceptance(helper.username, known.setdefault(helper.username, signins.new_password()))
    invitation_id = made.caregiver.invitation_id
    assert invitation_id is not None
    invitations.accept(invitations.token_of(invitation_id), acceptance=acceptance, now=now)
