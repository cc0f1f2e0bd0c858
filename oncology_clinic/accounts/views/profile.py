"""One's own account, and what a patient says of themselves."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from oncology_clinic.accounts import forms, presenters, selectors
from oncology_clinic.accounts.services import profile
from oncology_clinic.actors import Role
from oncology_clinic.audit.contract import Category, touches
from oncology_clinic.pages import Page, SignedInMixin, UseCaseView

OWN_RECORD = touches(Category.demographics, Category.contact, subject="the patient who is signed in")


class MyAccount(SignedInMixin, Page):
    """Everybody's own page: how they sign in; for patients also what we know of them."""

    template_name = "accounts/my_account.html"
    audit = OWN_RECORD

    def page(self, **kwargs: Any) -> dict[str, Any]:
        actor, now = self.actor, timezone.now()
        assert actor.account_id is not None
        known = profile.read(actor.patient_id, actor=actor, now=now) if actor.patient_id else None
        device = selectors.second_factor(actor.account_id)
        return presenters.my_account(actor, known=known, device=device)


class EditProfile(SignedInMixin, UseCaseView):
    template_name = "accounts/edit_profile.html"
    form_class = forms.ProfileForm
    roles = (Role.patient,)
    audit = OWN_RECORD

    @property
    def patient_id(self) -> UUID:
        assert self.actor.patient_id is not None
        return self.actor.patient_id

    def initial(self, **kwargs: Any) -> dict[str, Any]:
        return asdict(profile.read(self.patient_id, actor=self.actor, now=timezone.now()))

    def act(self, command: profile.Profile, **kwargs: Any) -> None:
        profile.save(command, patient_id=self.patient_id, actor=self.actor, now=timezone.now())

    def done(self, result: None, **kwargs: Any) -> HttpResponse:
        messages.success(self.request, _("Your details are saved."))
        return redirect("accounts:profile")
