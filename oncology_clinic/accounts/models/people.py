"""People: who may sign in, and the persons behind the accounts."""

from __future__ import annotations

import unicodedata
from typing import NoReturn

from django.contrib.auth.models import AbstractBaseUser, UserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from oncology_clinic.audit.contract import Category, NotPhi, Phi
from oncology_clinic.crypto.fields import (
    SealedCharField,
    SealedDateField,
    SealedEmailField,
    SealedIntegerField,
    SealedTextField,
)
from oncology_clinic.crypto.records import ClinicModel, ClinicQuerySet


class RoleChoices(models.TextChoices):
    patient = "patient", _("Patient")
    caregiver = "caregiver", _("Caregiver")
    clinician = "clinician", _("Clinician")
    nurse_coordinator = "nurse_coordinator", _("Nurse coordinator")
    administrator = "administrator", _("Administrator")
    auditor = "auditor", _("Auditor")


def normalize_username(typed: str) -> str:
    """One spelling of a username, so that a lock-out and a second account cannot be had by writing it otherwise."""
    return unicodedata.normalize("NFKC", typed).strip().lower()


class NeverDeleted(RuntimeError):
    """A sign-in is deactivated, never deleted: the log's ids must always name the same person. A bug."""


class AccountQuerySet(ClinicQuerySet):
    def delete(self) -> NoReturn:
        raise NeverDeleted("accounts are deactivated, never deleted")


class AccountManager(UserManager.from_queryset(AccountQuerySet)):  # type: ignore[misc]
    use_in_migrations = False

    def get_by_natural_key(self, username: str | None) -> Account:
        account: Account = self.get(username=normalize_username(username or ""))
        return account

    def create_account(self, username: str, *, role: str, password: str | None = None, **fields: object) -> Account:
        account: Account = self.model(username=normalize_username(username), role=role, **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(ClinicModel, AbstractBaseUser):
    """A sign-in. Deactivated, never deleted; its id is never used again."""

    phi = NotPhi("a sign-in; the person behind it is in Patient, Clinician or Caregiver")

    username = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=24, choices=RoleChoices.choices)
    email = SealedEmailField(blank=True, null=True)
    email_index = models.BinaryField(max_length=16, null=True, db_index=True)
    language = models.CharField(max_length=8, default="en")
    theme = models.CharField(max_length=8, blank=True, default="")  # "", "light", "dark"
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)

    objects = AccountManager()  # type: ignore[misc]

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: list[str] = []  # type: ignore[misc]

    class Meta:
        ordering = ["username"]

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        raise NeverDeleted("accounts are deactivated, never deleted")

    # The stock admin's questions. Only an active administrator enters it; it registers no patient model.
    @property
    def is_staff(self) -> bool:
        return self.role == RoleChoices.administrator

    @property
    def is_superuser(self) -> bool:
        return self.is_staff

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff


class Patient(ClinicModel):
    """A person in care. Names, contact and every clinical value are sealed; indexes find them by exact value."""

    phi = Phi(Category.demographics, patient="id")

    account = models.OneToOneField(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="patient")
    legal_name = SealedCharField(max_length=200)
    preferred_name = SealedCharField(max_length=100, blank=True, null=True)
    birth_date = SealedDateField()
    pronouns = SealedCharField(max_length=40, blank=True, null=True)
    email = SealedEmailField(blank=True, null=True)
    phone = SealedCharField(max_length=32, blank=True, null=True)
    name_index = models.BinaryField(max_length=16, null=True, db_index=True)
    birth_date_index = models.BinaryField(max_length=16, null=True, db_index=True)
    email_index = models.BinaryField(max_length=16, null=True, db_index=True)
    phone_index = models.BinaryField(max_length=16, null=True, db_index=True)

    language = models.CharField(max_length=8, default="en")
    needs_interpreter = models.BooleanField(default=False)
    reminder_channel = models.CharField(max_length=8, default="email")  # email, sms
    time_zone = models.CharField(max_length=64, default="America/New_York")
    home_state = models.CharField(max_length=2)

    # device and connection answers, kept from the last booking or profile edit
    has_video = models.BooleanField(default=True)
    has_bandwidth = models.BooleanField(default=True)
    has_phone = models.BooleanField(default=True)

    # clinical facts routing takes from the record (sealed)
    diagnosis = SealedTextField(blank=True, null=True)  # short words: "Breast, stage II"
    last_systemic_therapy_on = SealedDateField(blank=True, null=True)
    is_transplant_or_heme = SealedCharField(max_length=1, blank=True, null=True)  # "1" yes, else no
    neutrophils_per_ul = SealedIntegerField(blank=True, null=True)  # ANC, cells per microliter
    last_in_person_exam_on = SealedDateField(blank=True, null=True)
    therapy_kind = SealedCharField(max_length=24, blank=True, null=True)  # iv, oral, surveillance, none
    surveillance_interval_days = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]


class Clinician(ClinicModel):
    """A clinician as the public directory shows them."""

    phi = NotPhi("the public directory of clinicians")

    account = models.OneToOneField(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="clinician")
    display_name = models.CharField(max_length=120)  # "Dr. Elena Okafor"
    profession = models.CharField(max_length=32)  # physician, nurse_practitioner, physician_assistant, nurse, ...
    team = models.CharField(max_length=120, blank=True)  # "breast cancer team"
    time_zone = models.CharField(max_length=64, default="America/New_York")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["display_name", "id"]
