"""A booking half made: the answers so far, kept sealed until booked or expired."""

from __future__ import annotations

from django.db import models

from oncology_clinic.audit.contract import Category, Phi
from oncology_clinic.crypto.fields import SealedJSONField
from oncology_clinic.crypto.records import ClinicModel
from visits.models.appointments import Appointment


class BookingDraft(ClinicModel):
    """`answers` is the wizard's form data so far: field name to a value or list of values."""

    phi = Phi(Category.routing)

    patient = models.ForeignKey("accounts.Patient", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    answers = SealedJSONField()
    hold = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["account", "expires_at"], name="visits_draft_account")]
