"""Who may act for me; whom I help."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from caregivers import forms, presenters, selectors
from caregivers.models import CaregiverGrant
from caregivers.services import grants, reading
from oncology_clinic.actors import Role
from oncology_clinic.audit.contract import Category, touches
from oncology_clinic.pages import Page, SignedInMixin, UseCaseView


class Mine(SignedInMixin, Page):
    """The patient's list of the people who may act for them."""

    template_name = "caregivers/patient_mine.html"
    roles = (Role.patient,)
    audit = touches(Category.caregiver, subject="the patient who is signed in")

    def page(self, **kwargs: Any) -> dict[str, Any]:
        found = reading.helpers_of(_patient_id(self), actor=self.actor, now=timezone.now())
        return {"helpers": presenters.helpers(found)}


class Add(SignedInMixin, UseCaseView):
    """Inviting somebody to help."""

    template_name = "caregivers/patient_add.html"
    form_class = forms.AddCaregiverForm
    roles = (Role.patient,)
    audit = touches(Category.caregiver, subject="the patient who is signed in")

    def initial(self, **kwargs: Any) -> dict[str, Any]:
        return {"language": translation.get_language()}

    def act(self, command: grants.NewGrant, **kwargs: Any) -> CaregiverGrant:
        return grants.grant(command, patient_id=_patient_id(self), actor=self.actor, now=timezone.now())

    def done(self, result: CaregiverGrant, **kwargs: Any) -> HttpResponse:
        messages.success(self.request, _("We are sending the letter. They can help once they have made a sign-in."))
        return redirect("caregivers:mine")


class End(SignedInMixin, UseCaseView):
    """Ending a grant, by the patient or by the caregiver."""

    template_name = "caregivers/shared_end.html"
    form_class = forms.EndForm
    roles = (Role.patient, Role.caregiver)
    audit = touches(Category.caregiver, subject="the patient whose grant it is")

    def page(self, **kwargs: Any) -> dict[str, Any]:
        grant_id: UUID = kwargs["grant_id"]
        helper = reading.grant_to_end(grant_id, actor=self.actor, now=timezone.now())
        is_patient = self.actor.role is Role.patient
        return {
            "name": helper.name,
            "is_patient": is_patient,
            "back": "caregivers:mine" if is_patient else "caregivers:home",
        }

    def act(self, command: None, **kwargs: Any) -> CaregiverGrant:
        return grants.revoke(kwargs["grant_id"], actor=self.actor, now=timezone.now())

    def done(self, result: CaregiverGrant, **kwargs: Any) -> HttpResponse:
        messages.success(self.request, _("That has ended, from now on."))
        return redirect("caregivers:mine" if self.actor.role is Role.patient else "caregivers:home")


class Home(SignedInMixin, Page):
    """The caregiver's home: whom they help."""

    template_name = "caregivers/caregiver_home.html"
    roles = (Role.caregiver,)
    audit = touches(Category.caregiver, Category.demographics, subject="the patients a grant in force names")

    def page(self, **kwargs: Any) -> dict[str, Any]:
        found = selectors.patients_of(self.actor, now=timezone.now())
        return {"people": presenters.people_helped(found)}


def _patient_id(page: Page) -> UUID:
    assert page.actor.patient_id is not None
    return page.actor.patient_id
