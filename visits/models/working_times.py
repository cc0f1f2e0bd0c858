"""When and where a clinician works, and in which states they may practise."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from oncology_clinic.audit.contract import NotPhi
from oncology_clinic.crypto.records import ClinicModel
from visits.models.places import Site


class Weekday(models.IntegerChoices):
    """As `datetime.date.weekday()` counts."""

    monday = 0, _("Monday")
    tuesday = 1, _("Tuesday")
    wednesday = 2, _("Wednesday")
    thursday = 3, _("Thursday")
    friday = 4, _("Friday")
    saturday = 5, _("Saturday")
    sunday = 6, _("Sunday")


class ClinicianHours(ClinicModel):
    """A weekly stretch of work in the site's local time. Two rows on a day leave a break between them."""

    phi = NotPhi("working hours of staff")

    clinician = models.ForeignKey("accounts.Clinician", on_delete=models.PROTECT, related_name="hours")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        ordering = ["clinician_id", "weekday", "starts", "id"]
        verbose_name_plural = "clinician hours"
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="visits_hours_end_after_start"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="visits_hours_weekday"),
        ]


class ClinicianLeave(ClinicModel):
    phi = NotPhi("times staff are away; holds no reason")

    clinician = models.ForeignKey("accounts.Clinician", on_delete=models.PROTECT, related_name="leave")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["clinician_id", "starts_at", "id"]
        verbose_name_plural = "clinician leave"
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="visits_leave_end_after_start")
        ]


class PracticeAuthority(ClinicModel):
    """A licence, compact privilege or registration, as somebody checked it against the board's own page.

    `valid_to` is the last day on which it holds, as licences are written; empty is open-ended.
    """

    phi = NotPhi("licences of staff, as the boards publish them")

    class Kind(models.TextChoices):
        full_license = "full_license", _("Full licence")
        imlc_license = "imlc_license", _("Full licence through the medical compact")
        compact_privilege = "compact_privilege", _("Compact privilege")
        telehealth_registration = "telehealth_registration", _("Telehealth registration")
        statutory_exception = "statutory_exception", _("Statutory exception")
        federal = "federal", _("Federal")

    class Status(models.TextChoices):
        active = "active", _("Active")
        pending = "pending", _("Pending")
        expired = "expired", _("Expired")
        suspended = "suspended", _("Suspended")

    class Scope(models.TextChoices):
        full = "full", _("Full")
        telehealth_only = "telehealth_only", _("Telehealth only")
        consult_only = "consult_only", _("Consultation only")
        followup_only = "followup_only", _("Follow-up only")

    clinician = models.ForeignKey("accounts.Clinician", on_delete=models.PROTECT, related_name="authorities")
    jurisdiction = models.CharField(max_length=8)
    profession = models.CharField(max_length=32)
    kind = models.CharField(max_length=32, choices=Kind.choices, default=Kind.full_license)
    number = models.CharField(max_length=64, blank=True)
    issued_by = models.CharField(max_length=120, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.active)
    scope = models.CharField(max_length=16, choices=Scope.choices, default=Scope.full)
    source_url = models.URLField(blank=True)
    verified_on = models.DateField(null=True, blank=True)
    verified_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["clinician_id", "jurisdiction", "valid_from", "id"]
        verbose_name_plural = "practice authorities"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="visits_authority_dates"
            )
        ]
