"""What was asked, what was answered, and who must know."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NoReturn, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from oncology_clinic.audit.contract import Category, Phi
from oncology_clinic.crypto.fields import SealedCharField, SealedDecimalField, SealedJSONField, SealedTextField
from oncology_clinic.crypto.records import ClinicModel, ClinicQuerySet
from screening.rules.flags import RANK


class RequestStatus(models.TextChoices):
    asked = "asked", _("Waiting for answers")
    done = "done", _("Answered")
    withdrawn = "withdrawn", _("Not needed any more")


class ScreenMode(models.TextChoices):
    """Who gave the answers, and how: trends must not mix them without a mark."""

    self_report = "self", _("Answered by the patient")
    proxy = "proxy", _("Answered by a caregiver")
    staff = "staff", _("Read aloud by staff")


class AlertKind(models.TextChoices):
    """Why somebody must look. Broad on purpose: the clinical reason is sealed."""

    screen = "screen", _("Answers")
    callback = "callback", _("Asked for a call")
    emergency = "emergency", _("Emergency answer")


class AlertSeverity(models.TextChoices):
    urgent = "urgent", _("Urgent")
    soon = "soon", _("Soon")
    routine = "routine", _("Routine")


class AlertStatus(models.TextChoices):
    open = "open", _("Open")
    acknowledged = "acknowledged", _("Being handled")
    closed = "closed", _("Closed")


class ScreenRequestQuerySet(ClinicQuerySet):
    def waiting(self) -> Self:
        found: Self = self.filter(status=RequestStatus.asked)
        return found

    def of(self, patient_id: UUID) -> Self:
        found: Self = self.filter(patient_id=patient_id).order_by("-due_at", "-id")
        return found


class ScreenRequest(ClinicModel):
    """A set of screens asked of a patient. `subject_id` is what it is for: opaque here, a visit to `visits`."""

    phi = Phi(Category.screening)

    patient = models.ForeignKey("accounts.Patient", on_delete=models.PROTECT, related_name="+")
    subject_id = models.UUIDField(db_index=True)
    instruments = ArrayField(models.CharField(max_length=24))
    due_at = models.DateTimeField()
    status = models.CharField(max_length=12, choices=RequestStatus.choices, default=RequestStatus.asked)
    asked_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(ScreenRequestQuerySet)()  # type: ignore[misc]

    class Meta:
        indexes = [models.Index(fields=["patient", "-due_at"], name="screenrequest_patient_due")]


class ScreenQuerySet(ClinicQuerySet):
    def scored(self, *, now: datetime) -> Self:
        """Finished by `now` and scorable; a skipped single question has no score."""
        found: Self = self.filter(completed_at__lte=now, score__isnull=False)
        return found


class Screen(ClinicModel):
    """One instrument, answered once. A question that was skipped stays null among the answers.

    `answers_sha256` proves which answers, of which version, were scored; it is sealed because a
    bare hash of eleven possible answers would tell the answer.
    """

    phi = Phi(Category.screening)

    request = models.ForeignKey(ScreenRequest, on_delete=models.PROTECT, related_name="screens")
    patient = models.ForeignKey("accounts.Patient", on_delete=models.PROTECT, related_name="+")
    instrument = models.CharField(max_length=24)
    version = models.CharField(max_length=12)
    mode = models.CharField(max_length=8, choices=ScreenMode.choices, default=ScreenMode.self_report)
    answered_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answers = SealedJSONField()
    answers_sha256 = SealedCharField(max_length=64, null=True, blank=True)
    score = SealedDecimalField(null=True, blank=True)
    band = SealedCharField(max_length=32, null=True, blank=True)
    actions = SealedJSONField(null=True, blank=True)
    result = SealedJSONField(null=True, blank=True)  # the whole decision, with the baseline it was judged by
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(ScreenQuerySet)()  # type: ignore[misc]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "instrument"], name="screen_once_a_request")]
        indexes = [models.Index(fields=["patient", "instrument", "-completed_at"], name="screen_patient_latest")]


class AlertQuerySet(ClinicQuerySet):
    def live(self) -> Self:
        """Not closed yet."""
        found: Self = self.exclude(status=AlertStatus.closed)
        return found

    def sickest_first(self) -> Self:
        rank = models.Case(*(models.When(severity=name, then=rank) for name, rank in RANK.items()), default=len(RANK))
        found: Self = self.order_by(rank, "due_at", "id")
        return found


class Alert(ClinicModel):
    """Something a person must look at, with a time by which. No owner: the nurse coordinators' queue."""

    phi = Phi(Category.screening)

    patient = models.ForeignKey("accounts.Patient", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=AlertKind.choices)
    severity = models.CharField(max_length=8, choices=AlertSeverity.choices)
    status = models.CharField(max_length=12, choices=AlertStatus.choices, default=AlertStatus.open)
    request = models.ForeignKey(ScreenRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="alerts")
    screen = models.ForeignKey(Screen, on_delete=models.PROTECT, null=True, blank=True, related_name="alerts")
    owner = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    actions = SealedJSONField(null=True, blank=True)
    note_code = SealedCharField(max_length=200, null=True, blank=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(AlertQuerySet)()  # type: ignore[misc]

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                name="alert_live_due",
                condition=~models.Q(status=AlertStatus.closed),
            ),
            models.Index(fields=["patient", "-opened_at"], name="alert_patient_opened"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["screen"],
                name="alert_one_live_a_screen",
                condition=~models.Q(status=AlertStatus.closed),
            ),
            models.UniqueConstraint(
                fields=["request", "kind"],
                name="alert_one_live_callback_a_request",
                condition=models.Q(kind=AlertKind.callback) & ~models.Q(status=AlertStatus.closed),
            ),
        ]


class AlertEventKind(models.TextChoices):
    opened = "opened", _("Opened")
    raised = "raised", _("Answers changed")
    taken = "taken", _("Taken over")
    acknowledged = "acknowledged", _("Acknowledged")
    closed = "closed", _("Closed")


class EventIsHistory(Exception):
    """Somebody tried to change or delete what already happened. A bug."""


class AlertEvent(ClinicModel):
    """What was done about an alert. Written once; the database refuses changes too."""

    phi = Phi(Category.screening)

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="events")
    patient = models.ForeignKey("accounts.Patient", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=AlertEventKind.choices)
    actor = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    actor_label = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    note = SealedTextField(null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise EventIsHistory("an alert's event is never edited")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise EventIsHistory("an alert's event is never deleted")
