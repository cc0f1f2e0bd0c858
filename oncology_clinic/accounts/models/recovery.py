"""Ways back in: a forgotten password, a lost second factor."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from oncology_clinic.accounts.models.people import Account
from oncology_clinic.audit.contract import NotPhi
from oncology_clinic.crypto.fields import SealedCharField
from oncology_clinic.crypto.records import ClinicModel


class PasswordResetRequest(ClinicModel):
    """What somebody typed into "forgot your password". The outbox looks for the account, so the page cannot tell."""

    phi = NotPhi("a username or address somebody typed; sealed, and emptied once handled")

    typed = SealedCharField(max_length=254, null=True)
    asked_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at", "id"]


class PasswordReset(ClinicModel):
    """A single-use link to choose a new password; the token is stored only as a hash."""

    phi = NotPhi("a password reset of an account")

    request = models.ForeignKey(PasswordResetRequest, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["request", "account"], name="one_reset_per_request_and_account"),
        ]


class SecondFactorReset(ClinicModel):
    """A lost second factor: two different administrators must approve before it is taken off."""

    phi = NotPhi("a request to take a lost second factor off an account")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="second_factor_resets")
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    first_approver = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    first_approved_at = models.DateTimeField(null=True, blank=True)
    second_approver = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    second_approved_at = models.DateTimeField(null=True, blank=True)
    declined_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(second_approver=None) | ~Q(second_approver=F("first_approver")),
                name="two_different_approvers",
            ),
            models.CheckConstraint(
                condition=(Q(first_approver=None) | ~Q(first_approver=F("account")))
                & (Q(second_approver=None) | ~Q(second_approver=F("account"))),
                name="nobody_approves_their_own_reset",
            ),
            models.UniqueConstraint(fields=["account"], condition=Q(done_at=None), name="one_open_second_factor_reset"),
        ]
