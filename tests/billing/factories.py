"""Plans, members and rules, as plain functions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from billing.models import CoverageRule, Plan, PlanMembership
from oncology_clinic.accounts.models import Account, Patient
from oncology_clinic.actors import Actor, Role

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
DOS = date(2026, 12, 1)


def account(username: str, role: str = "patient") -> Account:
    return Account.objects.create_account(username, role=role, password="correct horse battery")


def patient(username: str = "patient", **fields) -> Patient:
    made = {
        "account": account(username),
        "legal_name": "Jordan Reyes",
        "birth_date": date(1970, 5, 1),
        "email": f"{username}@example.org",
        "phone": "614-555-0100",
        "home_state": "OH",
        **fields,
    }
    return Patient.objects.create(**made)


def actor(person: Patient) -> Actor:
    return Actor(role=Role.patient, account_id=person.account_id, label="patient", patient_id=person.id)


def administrator(name: str = "admin") -> Actor:
    return Actor(role=Role.administrator, account_id=UUID(int=7), label=name, is_verified=True)


def plan(**fields) -> Plan:
    made = {
        "name": "Acme Silver",
        "payer": "acme",
        "code": "acme-silver",
        "payer_type": "commercial_insured",
        "phone": "800-555-0111",
        **fields,
    }
    return Plan.objects.create(**made)


def member(person: Patient, of: Plan | None = None, **fields) -> PlanMembership:
    made = {"plan": of or plan(), "member_id": "W123", "policy_situs": "OH", "starts_on": date(2026, 1, 1), **fields}
    return PlanMembership.objects.create(patient=person, **made)


def rule(code: str = "acme-video", **fields) -> CoverageRule:
    made = {
        "kind": "plan",
        "decision": "covered",
        "valid_from": date(2026, 1, 1),
        "payer": ["acme"],
        "service": ["fam:em"],
        "modality": ["video"],
        "cost_share": "same_as_in_person",
        "source_title": "Acme provider manual 2026",
        "source_url": "https://example.org/acme-manual",
        "source_date": "2026-01",
        "reviewed_by": "R. Viewer",
        "reviewed_on": date(2026, 11, 1),
        "review_due": date(2027, 6, 30),
        "status": "active",
        **fields,
    }
    return CoverageRule.objects.create(code=code, **made)
