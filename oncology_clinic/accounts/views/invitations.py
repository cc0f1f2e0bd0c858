"""Accepting an invitation by the link of a letter."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from oncology_clinic.accounts import forms
from oncology_clinic.accounts.models import Invitation
from oncology_clinic.accounts.services import invitations, sign_in
from oncology_clinic.actors import Role
from oncology_clinic.audit.contract import Category, touches
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.pages import Page, SignedInMixin, UseCaseView

INVITATION_AUDIT = touches(Category.demographics, Category.caregiver, subject="the person the invitation is for")


@method_decorator(sensitive_post_parameters(), name="dispatch")
class Accept(UseCaseView):
    """Username and password; a new patient also says who they are."""

    template_name = "accounts/accept.html"
    audit = INVITATION_AUDIT

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.invitation: Invitation = invitations.open_invitation(kwargs["token"], now=timezone.now())
        is_new_patient = self.invitation.role == Role.patient and self.invitation.patient_id is None
        self.form_class = forms.AcceptAsPatientForm if is_new_patient else forms.AcceptForm  # type: ignore[misc]
        response = super().dispatch(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response  # type: ignore[return-value]

    def form_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        is_patient_form = self.form_class is forms.AcceptAsPatientForm
        return {"today": timezone.localdate()} if is_patient_form else {}

    def initial(self, **kwargs: Any) -> dict[str, Any]:
        return {"legal_name": reveal(self.invitation.name)} if self.invitation.role == Role.patient else {}

    def page(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "role_name": self.invitation.get_role_display(),
            "token": kwargs["token"],
            "is_new_patient": self.form_class is forms.AcceptAsPatientForm,
            "can_join": self.actor.role is Role.caregiver and self.invitation.role == Role.caregiver,
            "username": self.actor.label,
        }

    def act(self, command: invitations.Acceptance, **kwargs: Any) -> bool:
        now = timezone.now()
        account = invitations.accept(kwargs["token"], acceptance=command, now=now)
        return sign_in.begin(self.request, account=account, next_page="", now=now)

    def done(self, result: bool, **kwargs: Any) -> HttpResponse:
        if not result:
            return redirect("accounts:enrol")
        messages.success(self.request, _("Your sign-in is ready. You can add a second step for more safety."))
        return redirect("accounts:profile")


class Join(SignedInMixin, Page):
    """A caregiver who has a sign-in takes on a second person with it."""

    http_method_names = ["post"]
    roles = (Role.caregiver,)
    audit = INVITATION_AUDIT

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        invitations.join(kwargs["token"], actor=self.actor, now=timezone.now())
        messages.success(request, _("You can now help one more person."))
        return redirect("home")
