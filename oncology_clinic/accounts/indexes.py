"""Keeps the blind indexes of people in step with their sealed values."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings

from oncology_clinic.accounts.models import Account, Patient
from oncology_clinic.crypto.fields import reveal


def index(kind: str, value: str) -> bytes:
    """HMAC-SHA256 of the kind and the value as people may spell it, first 16 bytes."""
    plain = " ".join(value.split()).casefold()
    return hmac.new(settings.BLIND_INDEX_KEY.encode(), f"{kind}\0{plain}".encode(), hashlib.sha256).digest()[:16]


def _maybe(kind: str, value: object) -> bytes | None:
    text = "" if value is None else str(value)
    return index(kind, text) if text else None


def phone_digits(typed: object) -> str:
    """A phone number as its digits, a leading US 1 left off."""
    digits = "".join(character for character in str(typed or "") if character.isdigit())
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits


def refresh_patient(patient: Patient) -> None:
    """Set the indexes from the sealed values. Call before every save that changes one of them."""
    patient.name_index = _maybe("name", reveal(patient.legal_name))
    patient.birth_date_index = _maybe("birth_date", reveal(patient.birth_date))
    patient.email_index = _maybe("email", reveal(patient.email))
    patient.phone_index = _maybe("phone", phone_digits(reveal(patient.phone)))


def refresh_account(account: Account) -> None:
    account.email_index = _maybe("email", reveal(account.email))
