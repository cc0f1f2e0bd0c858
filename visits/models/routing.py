"""The routing decision: what was decided, why, from which facts, under which rules. Never overwritten."""

from __future__ import annotations

from typing import Any

from django.db import models

from oncology_clinic.audit.contract import Category, Phi
from oncology_clinic.crypto.fields import SealedCharField, SealedJSONField, SealedTextField
from oncology_clinic.crypto.records import ClinicModel


class DecisionIsKept(Exception):
    """The code tries to overwrite a decision. A bug."""


class RoutingDecision(ClinicModel):
    """One decision. A later one `supersedes` it; a trigger refuses UPDATE and DELETE.

    Whatever would tell that somebody reported an emergency is sealed, the verdict too.
    `reasons` is a list of {"code", "text", "source", "url"}, the deciding one first;
    `facts` is the routing input of the decision contract, as it was used.
    """

    phi = Phi(Category.routing)

    patient = models.ForeignKey("accounts.Patient", on_delete=models.PROTECT, related_name="routing_decisions")
    service = models.CharField(max_length=64)
    facts = SealedJSONField()
    verdict = SealedCharField(max_length=16)
    channel = SealedCharField(max_length=8, null=True)
    urgency = SealedCharField(max_length=12)
    lean = SealedCharField(max_length=12, null=True)
    reasons = SealedJSONField()
    tasks = SealedJSONField()
    computed_modality = models.CharField(max_length=12, blank=True)  # empty: the rules named none
    final_modality = models.CharField(max_length=12, blank=True)  # empty: none was agreed
    catalogue_revision = models.CharField(max_length=64)
    decided_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField()
    why = SealedTextField(blank=True, null=True)  # a person's own reason, where a person changed the outcome
    supersedes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise DecisionIsKept(f"{self!r}: write a new decision that supersedes it")
        super().save(*args, **kwargs)

    class Meta:
        ordering = ["decided_at", "id"]
        indexes = [models.Index(fields=["patient", "decided_at"], name="visits_decision_patient")]
