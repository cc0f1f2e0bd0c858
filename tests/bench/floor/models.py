"""One table: what is taken, with the exclusion constraint that any honest booking needs."""

from __future__ import annotations

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value


class FloorAppointment(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.UUIDField()
    clinician = models.UUIDField()
    service = models.CharField(max_length=64)
    status = models.CharField(max_length=16, default="booked")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    during = models.GeneratedField(
        expression=Func(F("starts_at"), F("ends_at"), Value("[)"), function="tstzrange"),
        output_field=DateTimeRangeField(),
        db_persist=True,
    )

    class Meta:
        db_table = "floor_appointment"
        indexes = [models.Index(fields=["clinician", "starts_at"], name="floor_clinician_day")]
        constraints = [
            ExclusionConstraint(
                name="floor_busy",
                expressions=[("clinician", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(status="booked"),
            )
        ]
