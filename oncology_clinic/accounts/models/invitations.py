"""Invitations: how everybody but the first administrator gets a sign-in."""

from __future__ import annotations

from django.db import models

from oncology_clinic.accounts.models.people import Account, Patient, RoleChoices
from oncology_clinic.audit.contract import NotPhi
from oncology_clinic.crypto.fields import SealedCharField, SealedEmailField
from oncology_clinic.crypto.records import ClinicModel


class Invitation(ClinicModel):
    """A single-use link that expires. The link's token is derived from the row and stored only as a hash."""

    phi = NotPhi("the name and address of somebody who is invited, sealed; it opens no patient's record")

    role = models.CharField(max_length=24, choices=RoleChoices.choices)
    name = SealedCharField(max_length=200)
    email = SealedEmailField()
    profession = models.CharField(max_length=32, blank=True)
    language = models.CharField(max_length=8, default="en")
    # Whose sign-in it will be, when their record is older than the invitation; or who invites a caregiver.
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    account = models.OneToOneField(Account, on_delete=models.PROTECT, null=True, related_name="invitation")

    class Meta:
        ordering = ["-created_at", "id"]
