"""The rule book's rows: dated, cited, and never edited once published (a trigger refuses; see migration 0002)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.rules import model
from oncology_clinic.audit.contract import NotPhi
from oncology_clinic.crypto.records import ClinicModel

DIMENSIONS = ("payer_type", "payer", "plan", "jurisdiction", "service", "modality", "provider_type", "site", "relation")


def _any() -> list[str]:
    return [model.ANY]


def _values(help_text: Any = "") -> ArrayField:  # type: ignore[type-arg]
    return ArrayField(models.CharField(max_length=100), default=_any, help_text=help_text)


def _words(members: type) -> list[tuple[str, str]]:
    return [(str(member), str(member).replace("_", " ")) for member in members]  # type: ignore[attr-defined]


class CoverageRule(ClinicModel):
    """One version of one rule. `code` names the rule for ever, `version` counts its rows.

    `valid_from` and `valid_to` are both inclusive, as law is written. Edit drafts; supersede
    what is published (services.rules_desk).
    """

    phi = NotPhi("what plans and laws say; no patient")

    code = models.SlugField(max_length=80)
    version = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=8, choices=_words(model.RuleStatus), default="draft")
    kind = models.CharField(max_length=10, choices=_words(model.RuleKind))
    decision = models.CharField(max_length=16, choices=_words(model.Decides))
    valid_from = models.DateField(help_text=_("The first day it holds. Compared with the date of service."))
    valid_to = models.DateField(
        null=True, blank=True, help_text=_("The last day it holds. Empty: until further notice.")
    )

    payer_type = _values(_("Comma between several; * for any."))
    payer = _values()
    plan = _values()
    jurisdiction = _values(_("State codes, or * for every state."))
    basis = models.CharField(
        max_length=20,
        choices=_words(model.Basis),
        default="patient_location",
        help_text=_("Which state counts: where the policy was issued, who runs the program, where the patient is."),
    )
    service = _values(_("Service names, fam:family, or *."))
    modality = _values()
    provider_type = _values()
    site = _values()
    relation = _values()
    conditions = ArrayField(
        models.CharField(max_length=100),
        default=list,
        blank=True,
        help_text=_("Names of facts that must be so, in the order in which to ask."),
    )

    cost_share = models.CharField(max_length=20, choices=_words(model.CostShare), default="unknown")
    payment_parity = models.CharField(max_length=8, choices=_words(model.Parity), default="unknown")
    pos_hint = models.CharField(max_length=60, blank=True, help_text=_("Place of service for the claim."))
    modifier_hint = models.CharField(max_length=60, blank=True)

    source_title = models.CharField(max_length=400, blank=True)
    source_url = models.URLField(max_length=400, blank=True)
    source_date = models.CharField(max_length=20, blank=True, help_text=_("When the source was published or revised."))
    retrieved_on = models.DateField(null=True, blank=True, help_text=_("When somebody read it there."))
    confidence = models.CharField(max_length=16, blank=True)
    written_by = models.CharField(max_length=120, blank=True, editable=False)
    reviewed_by = models.CharField(max_length=120, blank=True)
    reviewed_on = models.DateField(null=True, blank=True)
    review_due = models.DateField(null=True, blank=True, help_text=_("After this day the rule is no longer relied on."))
    supersedes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["code", "version"]
        indexes = [models.Index(fields=["status"], name="billing_rule_status")]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="billing_rule_version_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="billing_rule_to_after_from"
            ),
            models.CheckConstraint(
                condition=Q(*[(f"{dimension}__len__gt", 0) for dimension in DIMENSIONS]),
                name="billing_rule_dimensions_named",
            ),
            models.CheckConstraint(
                condition=Q(status="draft")
                | (
                    (~Q(source_title="") | ~Q(source_url=""))
                    & ~Q(reviewed_by="")
                    & Q(reviewed_on__isnull=False)
                    & Q(review_due__isnull=False)
                ),
                name="billing_rule_published_is_reviewed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"

    def as_rule(self) -> model.CoverageRule:
        """The row as the pure rules know it."""
        return model.CoverageRule(
            id=self.code,
            version=self.version,
            kind=model.RuleKind(self.kind),
            decision=model.Decides(self.decision),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            **{dimension: tuple(getattr(self, dimension)) for dimension in DIMENSIONS},
            basis=model.Basis(self.basis),
            conditions=tuple(self.conditions),
            cost_share=model.CostShare(self.cost_share),
            payment_parity=model.Parity(self.payment_parity),
            pos_hint=self.pos_hint,
            modifier_hint=self.modifier_hint,
            source=model.RuleSource(
                self.source_title, self.source_url, self.source_date, self.retrieved_on, self.confidence
            ),
            reviewed_by=self.reviewed_by,
            reviewed_on=self.reviewed_on,
            review_due=self.review_due,
            status=model.RuleStatus(self.status),
            note=self.note,
        )


class RuleBookStamp(ClinicModel):
    """One row, renewed by a trigger with every change of a rule: a process whose book has another token reloads it."""

    phi = NotPhi("when the rules last changed")

    ONLY = UUID(int=1)

    number = models.BigIntegerField(default=0)
    token = models.UUIDField()
    changed_at = models.DateTimeField()
