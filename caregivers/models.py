"""Caregivers, and what each patient lets them do."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from oncology_clinic.access import Domain
from oncology_clinic.audit.contract import Category, NotPhi, Phi
from oncology_clinic.crypto.fields import SealedCharField
from oncology_clinic.crypto.records import ClinicModel, ClinicQuerySet


class Caregiver(ClinicModel):
    """Somebody who helps. Without an account until they accept their invitation."""

    phi = NotPhi("a helper's own name and phone, sealed; whom they help stands in their grants")

    account = models.OneToOneField(
        "accounts.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="caregiver"
    )
    invitation = models.OneToOneField(
        "accounts.Invitation", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = SealedCharField(max_length=200)
    phone = SealedCharField(max_length=32, blank=True, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]


class GrantQuerySet(ClinicQuerySet):
    def active(self, now: datetime) -> Self:
        """In force on the clinic's calendar day of `now`, and not revoked."""
        return self.not_over(now).filter(starts_on__lte=clinic_day(now))

    def not_over(self, now: datetime) -> Self:
        """In force now, or from a later day on."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=clinic_day(now)), revoked_at=None)

    def covering(self, domain: Domain) -> Self:
        return self.filter(scopes__contains=[domain.value])


class CaregiverGrant(ClinicModel):
    """A patient lets a caregiver act in some parts of their affairs, for a time. Ended, never deleted."""

    phi = Phi(Category.caregiver)

    patient = models.ForeignKey("accounts.Patient", on_delete=models.PROTECT, related_name="caregiver_grants")
    caregiver = models.ForeignKey(Caregiver, on_delete=models.PROTECT, related_name="grants")
    scopes = ArrayField(models.CharField(max_length=24, choices=[(domain.value, domain.value) for domain in Domain]))
    relationship = SealedCharField(max_length=60, blank=True, null=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)  # the first day it no longer holds; empty: until ended
    granted_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoke_reason = models.CharField(max_length=24, blank=True)

    objects = models.Manager.from_queryset(GrantQuerySet)()  # type: ignore[misc]

    class Meta:
        ordering = ["granted_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="grant_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None) | ~Q(revoke_reason=""), name="grant_is_revoked_for_a_reason"
            ),
        ]


def clinic_day(now: datetime) -> date:
    """The calendar day at the clinic: grants begin and end at its midnight."""
    return now.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE)).date()
