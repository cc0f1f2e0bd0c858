"""The clinic's places: sites with their address and zone, and the rooms in them."""

from __future__ import annotations

from django.db import models

from oncology_clinic.audit.contract import NotPhi
from oncology_clinic.crypto.records import ClinicModel


class Site(ClinicModel):
    """A place of care. `time_zone` is the IANA name by which its hours are read."""

    phi = NotPhi("the clinic's public addresses")

    code = models.SlugField(max_length=32, unique=True)
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=240, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    state = models.CharField(max_length=2)
    time_zone = models.CharField(max_length=64, default="America/New_York")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name", "id"]


class Room(ClinicModel):
    phi = NotPhi("rooms of a site")

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=60)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["site_id", "name", "id"]
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="visits_room_name")]
