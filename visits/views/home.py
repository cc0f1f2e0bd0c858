"""Where a patient begins: their visits; a caregiver chooses the person first. And what the clinic offers, for everybody."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from oncology_clinic.actors import Role
from oncology_clinic.audit.contract import Category, NotPhi, touches
from oncology_clinic.pages import Page, SignedInMixin
from visits.presenters import catalogue
from visits.presenters import patient_visits as presenters
from visits.selectors import patient_pages

PATIENT_SIDE = (Role.patient, Role.caregiver)
SEEN = touches(
    Category.appointment,
    Category.routing,
    Category.billing,
    Category.demographics,
    Category.screening,
    Category.caregiver,  # whom a caregiver acts for
)


class Home(SignedInMixin, Page):
    """A patient's own visits; for a caregiver the people they help, or that one person's visits."""

    template_name = "visits/patient_home.html"
    roles = PATIENT_SIDE
    audit = SEEN

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if self.actor.role is Role.caregiver:
            return self._choose_person()
        found = patient_pages.home(self.actor, patient_id=None, now=timezone.now())
        return self.show(presenters.home(found, now=timezone.now()))

    def _choose_person(self) -> HttpResponse:
        people = patient_pages.helped(self.actor, now=timezone.now())
        if len(people) == 1:
            return redirect("visits:home_for", patient_id=people[0].patient_id)
        return render(self.request, "visits/patient_people.html", presenters.people(people))


class HomeFor(SignedInMixin, Page):
    """The visits of a patient somebody acts for."""

    template_name = "visits/patient_home.html"
    roles = PATIENT_SIDE
    audit = SEEN

    def page(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        return presenters.home(patient_pages.home(self.actor, patient_id=kwargs["patient_id"], now=now), now=now)


class Offered(Page):
    """Every service, and how it is done. Public."""

    template_name = "visits/patient_offered.html"
    audit = NotPhi("the public catalogue of services")

    def page(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "groups": catalogue.offered(),
            "is_signed_in": self.actor.role in PATIENT_SIDE,
            "book_href": reverse("visits:choose" if self.actor.role is Role.patient else "visits:home"),
            "sign_in_href": reverse("accounts:sign_in"),
        }
