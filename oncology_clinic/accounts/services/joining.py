"""Makes or links the person behind a new account when an invitation is accepted."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from oncology_clinic.accounts import indexes
from oncology_clinic.accounts.models import Clinician, Invitation, Patient
from oncology_clinic.crypto.fields import reveal


def join_clinician(invitation: Invitation, account_id: UUID, facts: dict[str, Any], now: datetime) -> UUID:
    """The directory entry of a clinician or nurse coordinator. Returns its id."""
    clinician = Clinician.objects.create(
        account_id=account_id,
        display_name=reveal(invitation.name),
        profession=invitation.profession or "nurse",
    )
    return UUID(str(clinician.id))


def join_patient(invitation: Invitation, account_id: UUID, facts: dict[str, Any], now: datetime) -> UUID:
    """The invitation's patient, or a new one from `facts` (legal_name, birth_date, home_state, time_zone)."""
    patient = invitation.patient
    if patient is None:
        patient = Patient(
            legal_name=facts["legal_name"],
            birth_date=facts["birth_date"],
            home_state=facts["home_state"],
            time_zone=facts["time_zone"],
            email=reveal(invitation.email),
            language=invitation.language,
        )
    patient.account_id = account_id
    indexes.refresh_patient(patient)
    patient.save()
    return UUID(str(patient.id))
