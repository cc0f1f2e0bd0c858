"""Setting up, checking and taking off second factors."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

import django_otp
from django.db import transaction
from django.utils.translation import gettext as _
from django_otp.models import Device

from oncology_clinic.accounts import selectors
from oncology_clinic.accounts.models import Account, RecoveryCode, RecoveryCodeDevice, SealedTOTPDevice
from oncology_clinic.accounts.models.second_factor import CODE_ALPHABET, CODE_LENGTH
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category, Outcome
from oncology_clinic.errors import Refusal, TooManyTries
from oncology_clinic.outbox.services import publish

RECOVERY_CODES = 10
ENROL_WITHIN = timedelta(minutes=30)
LOCKED_TOPIC = "accounts.second_factor_locked"


class WrongCode(Refusal):
    """A code that did not match, was used before, or came too soon after another."""

    status = 403


def check_code(account: Account, *, code: str, now: datetime) -> Device:
    """The device that accepts this code; the code is spent. A race of one code has one winner (the row is locked).

    Raises `WrongCode("bad_credentials")`, and `TooManyTries("locked")` once a device has refused ten in a row.
    """
    device = django_otp.match_token(account, code)
    if device is not None:
        return device
    _record_failure(account, now=now)
    if selectors.is_locked_out(account.pk):
        raise TooManyTries(
            "locked",
            _("There were too many wrong codes. Call the clinic, and two of us will set it up again with you."),
        )
    raise WrongCode(
        "bad_credentials",
        _("That code did not work. Wait for the next code in your app and enter it."),
        field="code",
    )


def _record_failure(account: Account, *, now: datetime) -> None:
    with transaction.atomic():
        is_locked = selectors.is_locked_out(account.pk)
        audit.record(
            Action.locked_out if is_locked else Action.mfa_failed,
            actor=selectors.actor_for(account),
            category=Category.account,
            now=now,
            object_type="accounts.Account",
            object_id=account.pk,
            outcome=Outcome.denied,
        )
        if is_locked:
            publish(LOCKED_TOPIC, subject_id=account.pk, now=now)


def start_enrolment(account: Account, *, now: datetime) -> SealedTOTPDevice:
    """A secret that is not yet in force, the same for half an hour.

    Then a new one: whoever saw an old secret once must not hold the second factor that is set up later.
    """
    waiting = SealedTOTPDevice.objects.filter(user=account, confirmed=False)
    device: SealedTOTPDevice | None = waiting.filter(created_at__gt=now - ENROL_WITHIN).first()
    if device is None or device.is_locked:
        waiting.delete()
        device = SealedTOTPDevice.objects.create(user=account, name="app", confirmed=False)
    return device


def forget_unconfirmed(account_id: UUID) -> None:
    """Drop a secret that was shown and never confirmed: whoever knew the old password may have seen it."""
    SealedTOTPDevice.objects.filter(user_id=account_id, confirmed=False).delete()


def confirm_enrolment(account: Account, *, code: str, now: datetime) -> tuple[SealedTOTPDevice, list[str]]:
    """Put the new secret in force with its first code; older ones go. Returns it and ten recovery codes, shown once.

    Raises `WrongCode("bad_credentials")`.
    """
    started = start_enrolment(account, now=now)
    device = django_otp.verify_token(account, started.persistent_id, code)
    if device is None:
        _record_failure(account, now=now)
        raise WrongCode(
            "bad_credentials",
            _("That code did not work. Wait for the next code in your app and enter it."),
            field="code",
        )
    with transaction.atomic():
        _remove_devices(account.pk, but=device.pk)
        device.confirmed = True
        device.save()
        codes = _make_codes(account)
        _record(Action.mfa_enrol, account, now=now)
    return device, codes


def new_recovery_codes(account: Account, *, now: datetime) -> list[str]:
    """Ten new recovery codes; the old ones no longer work. The caller has shown a second factor."""
    with transaction.atomic():
        RecoveryCodeDevice.objects.filter(user=account).delete()
        codes = _make_codes(account)
        _record(Action.mfa_enrol, account, now=now)
    return codes


def enrol_now(account: Account, *, key: str = "", now: datetime) -> SealedTOTPDevice:
    """A confirmed device at once, for commands at a terminal (the first administrator, the demo clinic).

    `key` is the secret in hex; without it a new one is made.
    """
    with transaction.atomic():
        device = SealedTOTPDevice(user=account, name="app", confirmed=True)
        if key:
            device.key = key
        device.save()
        _record(Action.mfa_enrol, account, now=now)
    return device


def remove_all(account_id: UUID) -> None:
    """Take every second factor off an account. Sessions that were verified by them no longer are."""
    _remove_devices(account_id, but=None)


def _remove_devices(account_id: UUID, *, but: UUID | None) -> None:
    devices = SealedTOTPDevice.objects.filter(user_id=account_id)
    (devices if but is None else devices.exclude(pk=but)).delete()
    RecoveryCodeDevice.objects.filter(user_id=account_id).delete()


def _make_codes(account: Account) -> list[str]:
    device = RecoveryCodeDevice.objects.create(user=account, name="recovery codes", confirmed=True)
    codes = ["".join(secrets.choice(CODE_ALPHABET) for _place in range(CODE_LENGTH)) for _code in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(device=device, code_hash=RecoveryCode.hash_of(code, device_id=device.pk)) for code in codes]
    )
    return ["-".join(code[start : start + 4] for start in range(0, CODE_LENGTH, 4)) for code in codes]


def _record(action: Action, account: Account, *, now: datetime) -> None:
    audit.record(
        action,
        actor=selectors.actor_for(account),
        category=Category.account,
        now=now,
        object_type="accounts.Account",
        object_id=account.pk,
    )
