"""People who sign in, for tests."""

from __future__ import annotations

import datetime as dt
import re
from binascii import unhexlify
from typing import Any

from django.test import Client
from django.utils import timezone
from django_otp.oath import totp

from oncology_clinic.accounts import indexes
from oncology_clinic.accounts.models import Account, Clinician, Patient, SealedTOTPDevice
from oncology_clinic.actors import Actor, Role
from oncology_clinic.crypto.fields import reveal

PASSWORD = "a quiet room by the lake"
KEY = "3132333435363738393031323334353637383930"  # the secret of RFC 6238's examples


def an_account(username: str, *, role: str, email: str = "", **fields: Any) -> Account:
    account = Account.objects.create_account(username, role=role, password=PASSWORD, email=email or None, **fields)
    indexes.refresh_account(account)
    account.save()
    return account


def a_patient(username: str = "patient", **fields: Any) -> Patient:
    values = {
        "legal_name": "Ruth Delgado",
        "birth_date": dt.date(1958, 12, 31),
        "home_state": "OH",
        "email": f"{username}@example.org",
        **fields,
    }
    account = an_account(username, role="patient", email=str(values["email"]))
    patient = Patient(account=account, **values)
    indexes.refresh_patient(patient)
    patient.save()
    return patient


def staff(username: str, *, role: str, with_device: bool = True) -> Account:
    account = an_account(username, role=role, email=f"{username}@example.org")
    if role in ("clinician", "nurse_coordinator"):
        Clinician.objects.create(account=account, display_name=f"Dr. {username.title()}", profession="physician")
    if with_device:
        a_device(account)
    return account


def a_device(account: Account) -> SealedTOTPDevice:
    return SealedTOTPDevice.objects.create(user=account, name="app", confirmed=True, key=KEY)


def code_of(device: SealedTOTPDevice) -> str:
    """What the person's app shows now."""
    return f"{totp(unhexlify(reveal(device.key))):06d}"


def wrong_code_of(device: SealedTOTPDevice) -> str:
    """Six numbers that no step near now has."""
    near = {f"{totp(unhexlify(reveal(device.key)), t0=30 * offset):06d}" for offset in range(-3, 4)}
    return next(
        code
        for code in ("000000", "000001", "000002", "000003", "000004", "000005", "000006", "000007")
        if code not in near
    )


def administrator_actor(account: Account) -> Actor:
    return Actor(role=Role.administrator, account_id=account.pk, label=account.username, is_verified=True)


def patient_actor(patient: Patient) -> Actor:
    return Actor(role=Role.patient, account_id=patient.account_id, label="patient", patient_id=patient.id)


def sign_in(client: Client, username: str, *, device: SealedTOTPDevice | None = None) -> Client:
    """Through the pages, as a person does."""
    client.post("/account/sign-in/", {"username": username, "password": PASSWORD})
    if device is not None:
        answer = client.post("/account/code/", {"code": code_of(device)})
        assert answer.status_code == 302, answer.content.decode()
    return client


def cookie(client: Client) -> str:
    found = client.cookies.get("clinic_session")
    return found.value if found else ""


def link_in(text: str) -> str:
    """The path of the first link of a letter."""
    found = re.search(r"http://testserver(/\S+)", text)
    assert found, text
    return found.group(1)


def now() -> dt.datetime:
    return timezone.now()


def shapes(captured: Any) -> list[str]:
    """What was asked of the database: verbs and tables, without values."""
    return [" ".join(query["sql"].split(" ")[:3]) for query in captured if "SAVEPOINT" not in query["sql"]]
