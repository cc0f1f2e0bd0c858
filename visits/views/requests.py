"""Case decisions: the ones that wait, and one with the form that decides it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from oncology_clinic.actors import Role
from oncology_clinic.audit.contract import Category, touches
from oncology_clinic.pages import Page, SignedInMixin, UseCaseView
from visits.forms import DecideRequestForm
from visits.models import Appointment
from visits.presenters import requests as presenters
from visits.selectors import day as selectors
from visits.selectors import visits as visit_selectors
from visits.services import requests as services
from visits.services.commands import DecideCommand
from visits.staff_forms import shown_to_clinician

CLINICAL = (Role.clinician, Role.nurse_coordinator)
AUDIT = touches(
    Category.appointment,
    Category.demographics,
    Category.routing,
    Category.billing,
    Category.screening,
    subject="the patients whose requests are shown",
)


class Requests(SignedInMixin, Page):
    """Open case decisions, the oldest promise first."""

    template_name = "visits/staff_requests.html"
    roles = CLINICAL
    audit = AUDIT

    def page(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        return presenters.page(selectors.open_requests(self.actor, now=now), now=now)


class Request(SignedInMixin, UseCaseView):
    """One request: who, what, the reasons of the rules and the facts; its clinician decides."""

    template_name = "visits/staff_request.html"
    form_class = DecideRequestForm
    roles = CLINICAL
    audit = AUDIT

    def form_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {"appointment_id": kwargs["appointment_id"]}

    def page(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        found = visit_selectors.one(self.actor, appointment_id=kwargs["appointment_id"], now=now)
        is_theirs = self.actor.role is Role.clinician and self.actor.clinician_id == found.clinician_id
        return presenters.one_page(found, can_decide=is_theirs, now=now)

    def show(self, context: dict[str, Any], status: int = 200) -> HttpResponse:
        return super().show({**context, "form": shown_to_clinician(context["form"])}, status=status)

    def act(self, command: DecideCommand, **kwargs: Any) -> Appointment:
        return services.decide(command, actor=self.actor, now=timezone.now())

    def done(self, result: Appointment, **kwargs: Any) -> HttpResponse:
        messages.success(self.request, _("Decided. We are telling the patient now."))
        return redirect("visits:requests")
