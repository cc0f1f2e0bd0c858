"""The appointment. PostgreSQL itself refuses two live ones at once for a clinician, a patient or a room."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from oncology_clinic.audit.contract import Category, Phi
from oncology_clinic.crypto.fields import SealedJSONField
from oncology_clinic.crypto.records import ClinicModel, ClinicQuerySet
from visits.models.places import Room, Site
from visits.models.routing import RoutingDecision

# The statuses that keep a time taken. Written out, for the migrations; a test compares them with rules.states.
LIVE = ("held", "requested", "booked", "checked_in", "in_progress")


class Modality(models.TextChoices):
    in_person = "in_person", _("In person")
    video = "video", _("Video")
    audio = "audio", _("Phone")
    async_ = "async", _("By message")
    rpm = "rpm", _("Home monitoring")


class AppointmentQuerySet(ClinicQuerySet):
    def live(self) -> Self:
        return self.filter(status__in=LIVE)

    def of_patient(self, patient_id: UUID) -> Self:
        return self.filter(patient_id=patient_id)

    def of_clinicians(self, clinician_ids: list[UUID]) -> Self:
        return self.filter(clinician_id__in=clinician_ids)

    def between(self, start: datetime, end: datetime) -> Self:
        """Touching [start, end). The lower bound on `starts_at` lets the btree serve; no visit lasts a day."""
        return self.filter(starts_at__lt=end, ends_at__gt=start)

    def holds_expired(self, now: datetime) -> Self:
        return self.filter(status="held", hold_expires_at__lte=now)


AppointmentManager = models.Manager.from_queryset(AppointmentQuerySet)


class Appointment(ClinicModel):
    """A time kept for a patient with a clinician, `[starts_at, ends_at)` in UTC.

    `during` is computed by the database from the two times, so that they cannot disagree.
    """

    phi = Phi(Category.appointment)

    patient = models.ForeignKey("accounts.Patient", on_delete=models.PROTECT, related_name="appointments")
    clinician = models.ForeignKey("accounts.Clinician", on_delete=models.PROTECT, related_name="appointments")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="appointments")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments")
    service = models.CharField(max_length=64)
    modality = models.CharField(max_length=12, choices=Modality.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    during = models.GeneratedField(
        expression=Func(F("starts_at"), F("ends_at"), Value("[)"), function="tstzrange"),
        output_field=DateTimeRangeField(),
        db_persist=True,
    )
    status = models.CharField(max_length=16)
    hold_expires_at = models.DateTimeField(null=True, blank=True)
    request_due_at = models.DateTimeField(null=True, blank=True)
    routing_decision = models.ForeignKey(
        RoutingDecision, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    coverage_check = models.ForeignKey(
        "billing.CoverageCheck", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    patient_location = models.CharField(max_length=8, blank=True)  # the state the patient will be in; empty: unknown
    patient_time_zone = models.CharField(max_length=64)
    booked_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    objects = AppointmentManager()  # type: ignore[misc]

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(
                fields=["clinician", "starts_at"],
                include=["ends_at"],
                condition=Q(status__in=LIVE),
                name="visits_clinician_day",
            ),
            models.Index(fields=["patient", "starts_at"], name="visits_patient_time"),
            models.Index(
                fields=["room", "starts_at"],
                condition=Q(status__in=LIVE) & Q(room__isnull=False),
                name="visits_room_day",
            ),
            models.Index(fields=["hold_expires_at"], condition=Q(status="held"), name="visits_hold_expiry"),
            models.Index(fields=["request_due_at"], condition=Q(status="requested"), name="visits_request_due"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="visits_end_after_start"),
            models.CheckConstraint(
                condition=~Q(status__in=LIVE) | ~Q(modality="in_person") | Q(room__isnull=False),
                name="visits_in_person_has_room",
            ),
            models.CheckConstraint(
                condition=~Q(status="held") | Q(hold_expires_at__isnull=False), name="visits_hold_expires"
            ),
            models.CheckConstraint(
                condition=~Q(status="requested") | Q(request_due_at__isnull=False), name="visits_request_has_due"
            ),
            ExclusionConstraint(
                name="visits_clinician_busy",
                expressions=[("clinician", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(status__in=LIVE),
            ),
            ExclusionConstraint(
                name="visits_patient_busy",
                expressions=[("patient", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(status__in=LIVE),
            ),
            ExclusionConstraint(
                name="visits_room_busy",
                expressions=[("room", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(status__in=LIVE) & Q(room__isnull=False),
            ),
        ]


class AppointmentEvent(ClinicModel):
    """What happened to an appointment, in order. A trigger refuses UPDATE and DELETE."""

    phi = Phi(Category.appointment)

    patient = models.ForeignKey("accounts.Patient", on_delete=models.PROTECT, related_name="+")
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=24)
    from_status = models.CharField(max_length=16, blank=True)
    to_status = models.CharField(max_length=16)
    at = models.DateTimeField()
    actor = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    actor_role = models.CharField(max_length=24)
    detail = SealedJSONField()  # old and new times, reason code, a person's words

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["appointment", "at"], name="visits_event_appointment")]
