"""The sign-in sessions: in PostgreSQL, so that losing Redis signs nobody out."""

from __future__ import annotations

from django.db import models

from oncology_clinic.accounts.models.people import Account
from oncology_clinic.accounts.models.second_factor import RecoveryCodeDevice, SealedTOTPDevice
from oncology_clinic.audit.contract import NotPhi
from oncology_clinic.crypto.records import ClinicModel


class ClinicSession(ClinicModel):
    """One browser's session. The cookie holds the key; the table holds only its SHA-256."""

    phi = NotPhi("a session: account, second factor and times; its data names no patient but the account's own id")

    key_hash = models.CharField(max_length=64, unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="sessions")
    # The second factor shown in this session. A device that is removed takes its verification along.
    totp_device = models.ForeignKey(SealedTOTPDevice, on_delete=models.SET_NULL, null=True, related_name="+")
    recovery_device = models.ForeignKey(RecoveryCodeDevice, on_delete=models.SET_NULL, null=True, related_name="+")
    data = models.TextField()
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["last_seen_at"], name="session_last_seen")]
