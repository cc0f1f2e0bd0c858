"""What must be sent or done after a commit: a row, written in the transaction that makes it true."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models

from oncology_clinic.audit.contract import NotPhi
from oncology_clinic.crypto.records import ClinicModel, ClinicQuerySet


class OutboxQuerySet(ClinicQuerySet):
    def waiting(self) -> Self:
        """Neither done nor given up."""
        found: Self = self.filter(done_at__isnull=True, parked_at__isnull=True)
        return found

    def due(self, now: datetime) -> Self:
        """Waiting, and nobody holds its lease: taking a message moves its `due_at` past the lease's end."""
        found: Self = self.waiting().filter(due_at__lte=now).order_by("due_at", "id")
        return found

    def parked(self) -> Self:
        """Given up after too many tries: for a person to look at."""
        found: Self = self.filter(parked_at__isnull=False).order_by("parked_at", "id")
        return found


class OutboxMessage(ClinicModel):
    """One thing to do. `topic` says what happened, `subject_id` to which record; nothing else is ever in it."""

    phi = NotPhi("a topic and an opaque id")

    topic = models.CharField(max_length=80)
    subject_id = models.UUIDField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    lease = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=100, blank=True)  # the error's class name, never its text
    done_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)

    objects = models.Manager.from_queryset(OutboxQuerySet)()  # type: ignore[misc]

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="outbox_due",
                condition=models.Q(done_at__isnull=True, parked_at__isnull=True),
            ),
        ]
