"""Reading sign-ins: accounts, their second factors, invitations and resets that wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django_otp import user_has_device

from oncology_clinic.accounts.models import Account, Clinician, Invitation, Patient, RecoveryCode, SecondFactorReset
from oncology_clinic.accounts.models.second_factor import RecoveryCodeDevice, SealedTOTPDevice
from oncology_clinic.actors import Actor, Role

PAGE_SIZE = 50


def account_id(*, username: str) -> UUID | None:
    """The id of the account with this (normalized) username, or None."""
    found: UUID | None = Account.objects.filter(username=username).values_list("id", flat=True).first()
    return found


def actor_for(account: Account) -> Actor:
    """The account as an actor, before a session says more of it."""
    return Actor(role=Role(account.role), account_id=account.pk, label=account.username)


def active_account(account_id: UUID) -> Account | None:
    found: Account | None = Account.objects.filter(id=account_id, is_active=True).first()
    return found


def has_second_factor(account: Account) -> bool:
    """True when a confirmed device can be asked for."""
    return bool(user_has_device(account))


def second_factor(account_id: UUID) -> SealedTOTPDevice | None:
    return SealedTOTPDevice.objects.filter(user_id=account_id, confirmed=True).first()


def is_locked_out(account_id: UUID) -> bool:
    """True when a second factor of the account has reached its cap of failures."""
    devices = [
        *SealedTOTPDevice.objects.filter(user_id=account_id, confirmed=True),
        *RecoveryCodeDevice.objects.filter(user_id=account_id, confirmed=True),
    ]
    return any(device.is_locked for device in devices)


def recovery_codes_left(account_id: UUID) -> int:
    return RecoveryCode.objects.filter(device__user_id=account_id, used_at=None).count()


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A line of the list of people: staff by name, patients and caregivers by id and username only."""

    account_id: UUID
    person_id: UUID | None
    username: str
    role: str
    role_name: str
    staff_name: str
    is_active: bool
    has_second_factor: bool


def people(*, role: str = "", page: int = 1) -> list[PersonRow]:
    """One page of the accounts, by role and username. Opens nothing sealed. Four statements, whatever the number of rows."""
    accounts = Account.objects.order_by("role", "username")
    if role:
        accounts = accounts.filter(role=role)
    start = (max(page, 1) - 1) * PAGE_SIZE
    shown = list(accounts[start : start + PAGE_SIZE])
    ids = [account.id for account in shown]
    clinicians = {row.account_id: row for row in Clinician.objects.filter(account_id__in=ids)}
    patients = dict(
        Patient.objects.filter(account_id__in=ids).phi_values("account_id", "id", reason="opaque ids for a staff list")
    )
    verified = set(SealedTOTPDevice.objects.filter(user_id__in=ids, confirmed=True).values_list("user_id", flat=True))
    return [
        PersonRow(
            account_id=account.id,
            person_id=clinicians[account.id].id if account.id in clinicians else patients.get(account.id),
            username=account.username,
            role=account.role,
            role_name=str(account.get_role_display()),
            staff_name=clinicians[account.id].display_name if account.id in clinicians else "",
            is_active=account.is_active,
            has_second_factor=account.id in verified,
        )
        for account in shown
    ]


def open_invitations(*, now: datetime) -> list[Invitation]:
    """Invitations an administrator sent that still stand, newest first."""
    return list(
        Invitation.objects.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=now, patient=None)
        .exclude(role="caregiver")
        .order_by("-created_at", "id")[:PAGE_SIZE]
    )


def open_resets() -> list[SecondFactorReset]:
    """Lost second factors that wait for an administrator, oldest first."""
    return list(
        SecondFactorReset.objects.filter(done_at=None)
        .select_related("account", "first_approver")
        .order_by("asked_at", "id")
    )


def languages() -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in settings.LANGUAGES]
