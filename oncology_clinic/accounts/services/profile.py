"""What a person says of themselves: contact, language, place, devices; and how the pages look to them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from oncology_clinic import access
from oncology_clinic.accounts import indexes, people
from oncology_clinic.accounts.models import Account, Patient
from oncology_clinic.actors import Actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.crypto.fields import reveal


@dataclass(frozen=True, slots=True)
class Profile:
    """The part of a patient's record that is theirs to write."""

    preferred_name: str
    pronouns: str
    language: str
    needs_interpreter: bool
    time_zone: str
    home_state: str
    phone: str
    email: str
    has_video: bool
    has_bandwidth: bool
    has_phone: bool
    reminder_channel: str


SEALED = ("preferred_name", "pronouns", "phone", "email")


def read(patient_id: UUID, *, actor: Actor, now: datetime) -> Profile:
    """The profile as it stands. Raises `not_found`."""
    access.check_can_act_for(actor, patient_id=patient_id, domain=access.Domain.profile, now=now)
    patient = people.patient(patient_id)
    known: dict[str, Any] = {name: _plain(patient, name) for name in Profile.__dataclass_fields__}
    return Profile(**known)


def save(profile: Profile, *, patient_id: UUID, actor: Actor, now: datetime) -> None:
    """Store the profile, its indexes and the account's language and address. Raises `not_found`."""
    access.check_can_act_for(actor, patient_id=patient_id, domain=access.Domain.profile, now=now)
    with transaction.atomic():
        patient = people.patient(patient_id)
        changed = [name for name, value in asdict(profile).items() if _plain(patient, name) != value]
        for name in changed:
            value = getattr(profile, name)
            setattr(patient, name, (value or None) if name in SEALED else value)
        indexes.refresh_patient(patient)
        patient.save()
        _follow(patient, profile)
        audit.record(
            Action.update,
            actor=actor,
            category=Category.contact,
            now=now,
            patient_id=patient_id,
            object_type="accounts.Patient",
            object_id=patient_id,
            detail={"fields": sorted(changed)},
        )


def _plain(patient: Patient, name: str) -> object:
    value = reveal(getattr(patient, name))
    return "" if value is None else value


def _follow(patient: Patient, profile: Profile) -> None:
    """The account keeps its own copy of language and address: letters about signing in go there."""
    account = Account.objects.select_for_update().filter(id=patient.account_id).first()
    if account is None:
        return
    account.language = profile.language
    account.email = profile.email or None
    indexes.refresh_account(account)
    account.save(update_fields=["language", "email", "email_index"])
