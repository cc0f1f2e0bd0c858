"""What the rules answered, for whom and when. Written once, never changed (a trigger refuses)."""

from __future__ import annotations

from django.db import models

from oncology_clinic.audit.contract import Category, Phi
from oncology_clinic.crypto.fields import SealedJSONField
from oncology_clinic.crypto.records import ClinicModel


class CoverageCheck(ClinicModel):
    """One question and its answer. The clear columns say which rule answered and how, never about what care.

    `question` holds the dimensions asked, `answer` the full reason, explanation, missing
    facts, losers and cost words. `reason_code` is the reason without its tail.
    """

    phi = Phi(Category.billing)

    patient = models.ForeignKey("accounts.Patient", on_delete=models.PROTECT, related_name="coverage_checks")
    modality = models.CharField(max_length=12)
    status = models.CharField(max_length=24)
    reason_code = models.CharField(max_length=40)
    rule_code = models.CharField(max_length=80, blank=True)
    rule_version = models.PositiveIntegerField(null=True)
    revision = models.CharField(max_length=60)
    question = SealedJSONField()
    answer = SealedJSONField()
    asked_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["patient", "created_at"], name="billing_check_patient"),
            models.Index(fields=["rule_code", "rule_version"], name="billing_check_rule"),
        ]
