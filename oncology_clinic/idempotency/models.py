"""What was answered to a request that carried an `Idempotency-Key`, so that asking again does nothing again."""

from __future__ import annotations

from django.db import models

from oncology_clinic.audit.contract import Category, Phi
from oncology_clinic.crypto.fields import SealedCharField, SealedJSONField
from oncology_clinic.crypto.records import ClinicModel


class IdempotencyRecord(ClinicModel):
    """One key of one account. Body and answer can name care, so both are sealed; `body_digest` is of few guesses."""

    phi = Phi(Category.document)

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("accounts.Patient", on_delete=models.PROTECT, null=True, related_name="+")
    # The permission the act asked for; a repeat asks for it again. Empty where the account is the patient's own.
    domain = models.CharField(max_length=24, blank=True, default="")
    key = models.CharField(max_length=200)
    path = models.CharField(max_length=200)
    body_digest = SealedCharField(max_length=64)
    status_code = models.PositiveSmallIntegerField(null=True)
    answer = SealedJSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]
