"""Keeps the blind indexes of people in step with their sealed values."""

from __future__ import annotations

from oncology_clinic.accounts.models import Account, Patient
from oncology_clinic.crypto import blind
from oncology_clinic.crypto.fields import reveal


def refresh_patient(patient: Patient) -> None:
    """Set the indexes from the sealed values. Call before every save that changes one of them."""
    patient.name_index = blind.index_or_none("name", reveal(patient.legal_name))
    patient.birth_date_index = blind.index_or_none("birth_date", reveal(patient.birth_date))
    patient.email_index = blind.index_or_none("email", reveal(patient.email))
    patient.phone_index = blind.index_or_none("phone", reveal(patient.phone))


def refresh_account(account: Account) -> None:
    account.email_index = blind.index_or_none("email", reveal(account.email))
