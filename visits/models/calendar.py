"""The stamp under which each process keeps hours, leave, licences and rooms in memory."""

from __future__ import annotations

import uuid

from django.db import models

from oncology_clinic.audit.contract import NotPhi
from oncology_clinic.crypto.records import ClinicModel


class CalendarRevision(ClinicModel):
    """One row. Triggers give it a new random stamp whenever a working-times table changes, by whatever door."""

    phi = NotPhi("a random stamp")

    name = models.CharField(max_length=32, unique=True)
    stamp = models.UUIDField(default=uuid.uuid4)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
