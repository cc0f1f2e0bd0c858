"""Health plans, and which patient is a member of which."""

from __future__ import annotations

from datetime import date
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from oncology_clinic.audit.contract import Category, NotPhi, Phi
from oncology_clinic.crypto.fields import SealedCharField
from oncology_clinic.crypto.records import ClinicModel, ClinicQuerySet


class PayerTypeChoices(models.TextChoices):
    medicare_ffs = "medicare_ffs", _("Original Medicare")
    medicare_advantage = "medicare_advantage", _("Medicare Advantage")
    medicaid = "medicaid", _("Medicaid")
    chip = "chip", _("Children's Health Insurance Program")
    marketplace = "marketplace", _("Marketplace plan")
    commercial_insured = "commercial_insured", _("Insured plan")
    commercial_self_funded = "commercial_self_funded", _("Employer's own plan (self-funded)")
    tricare = "tricare", _("TRICARE")
    va = "va", _("Veterans Affairs")
    self_pay = "self_pay", _("No plan used")


class Plan(ClinicModel):
    """A plan as it is sold. Rules name its `payer` and `code`; people read its `name`."""

    phi = NotPhi("a health plan as it is sold, without its members")

    name = models.CharField(max_length=120)
    payer = models.CharField(max_length=60, help_text=_("The payer's short name, as rules write it."))
    code = models.CharField(max_length=60, help_text=_("The plan's short name, as rules write it."))
    payer_type = models.CharField(max_length=24, choices=PayerTypeChoices.choices)
    phone = models.CharField(max_length=32, blank=True, help_text=_("Where members call with questions."))
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["payer", "code"], name="billing_plan_name_once")]

    def __str__(self) -> str:
        return self.name


class PlanMembershipQuerySet(ClinicQuerySet):
    def of_patient(self, patient_id: UUID) -> Self:
        return self.filter(patient_id=patient_id)

    def on(self, day: date) -> Self:
        """In force on this day; the first plan to be billed comes first."""
        is_open = Q(ends_on__isnull=True) | Q(ends_on__gt=day)
        on_day: Self = self.filter(is_open, starts_on__lte=day).order_by("rank", "-starts_on", "-id")
        return on_day


PlanMembershipManager = models.Manager.from_queryset(PlanMembershipQuerySet)


class PlanMembership(ClinicModel):
    """A patient's membership, `[starts_on, ends_on)`. `rank` 1 is billed first.

    `policy_situs` is the state where the policy was issued, `program_state` the state that
    runs a public programme: each may differ from where the patient sits.
    """

    phi = Phi(Category.billing)

    patient = models.ForeignKey("accounts.Patient", on_delete=models.PROTECT, related_name="memberships")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="memberships")
    member_id = SealedCharField(max_length=60, blank=True, null=True)
    policy_situs = models.CharField(max_length=8, blank=True)
    program_state = models.CharField(max_length=8, blank=True)
    rank = models.PositiveSmallIntegerField(default=1)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PlanMembershipManager()  # type: ignore[misc]

    class Meta:
        ordering = ["patient", "rank", "-starts_on", "id"]
        indexes = [models.Index(fields=["patient", "starts_on"], name="billing_membership_patient")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="billing_membership_end_after"
            )
        ]
