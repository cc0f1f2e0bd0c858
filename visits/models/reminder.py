"""The reminder ledger: one row for each appointment, kind, offset, channel and recipient."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from oncology_clinic.audit.contract import Category, Phi
from oncology_clinic.crypto.records import ClinicModel, ClinicQuerySet


class ReminderStatus(models.TextChoices):
    due = "due"
    leased = "leased"
    sent = "sent"
    failed = "failed"
    suppressed = "suppressed"


class ReminderQuerySet(ClinicQuerySet):
    def due(self, now: datetime) -> Self:
        found: Self = self.filter(status=ReminderStatus.due, due_at__lte=now).order_by("due_at", "id")
        return found

    def lease_expired(self, now: datetime) -> Self:
        return self.filter(status=ReminderStatus.leased, lease_until__lte=now)

    def unsent(self) -> Self:
        return self.filter(status__in=(ReminderStatus.due, ReminderStatus.leased))

    def overdue(self, now: datetime) -> Self:
        """Should have gone and did not: a count that ought to be 0."""
        found: Self = self.unsent().filter(not_after__lte=now).order_by("due_at", "id")
        return found


ReminderManager = models.Manager.from_queryset(ReminderQuerySet)


class Reminder(ClinicModel):
    """A message to be sent. Holds whom to tell, never an address or a text: both are made at the time of sending.

    `visit_at` is the start for which it was planned; a visit that moved plans the row anew,
    with a new `idempotency_key`. `not_after` is the first moment at which it must not be sent.
    """

    phi = Phi(Category.appointment)

    patient = models.ForeignKey("accounts.Patient", on_delete=models.PROTECT, related_name="+")
    appointment = models.ForeignKey("visits.Appointment", on_delete=models.PROTECT, related_name="reminders")
    kind = models.CharField(max_length=16, default="visit")
    offset_minutes = models.PositiveIntegerField()
    channel = models.CharField(max_length=8)
    recipient_kind = models.CharField(max_length=12, default="patient")
    recipient_id = models.UUIDField()
    visit_at = models.DateTimeField()
    due_at = models.DateTimeField()
    not_after = models.DateTimeField()
    status = models.CharField(max_length=12, choices=ReminderStatus.choices, default="due")
    reason = models.CharField(max_length=40, blank=True)
    lease = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    idempotency_key = models.CharField(max_length=80, unique=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = ReminderManager()  # type: ignore[misc]

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(status="due"), name="visits_reminder_due"),
            models.Index(fields=["lease_until"], condition=Q(status="leased"), name="visits_reminder_leased"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "kind", "offset_minutes", "channel", "recipient_id"],
                name="visits_reminder_once",
            ),
            models.CheckConstraint(
                condition=~Q(status="leased") | Q(lease__isnull=False, lease_until__isnull=False),
                name="visits_reminder_lease_named",
            ),
            models.CheckConstraint(
                condition=~Q(status="sent") | Q(sent_at__isnull=False), name="visits_reminder_sent_when"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("failed", "suppressed")) | ~Q(reason=""), name="visits_reminder_says_why"
            ),
        ]
