"""One visit of a patient: see it, move it, call it off, print it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from oncology_clinic.pages import Page, SignedInMixin, UseCaseView
from visits.models import Appointment
from visits.patient_forms import CancelVisitForm, MoveForm, day_of
from visits.presenters import patient_visits as presenters
from visits.presenters.booking import emergency
from visits.selectors import patient_pages
from visits.services import calendar, offering
from visits.services.commands import CancelCommand, RescheduleCommand
from visits.views.home import PATIENT_SIDE, SEEN


class Visit(SignedInMixin, Page):
    """When, who, where, how, why, at what cost, and what can be changed."""

    template_name = "visits/patient_visit.html"
    roles = PATIENT_SIDE
    audit = SEEN

    def page(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        found = patient_pages.one(self.actor, appointment_id=kwargs["appointment_id"], now=now)
        return presenters.visit(found, now=now)


class Print(Visit):
    """The visit on one sheet; `?large=1` in large print."""

    template_name = "visits/patient_print.html"

    def page(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().page(**kwargs), "is_large": self.request.GET.get("large") == "1"}


class Move(SignedInMixin, UseCaseView):
    """Another time. The old one is kept until the new one holds."""

    template_name = "visits/patient_move.html"
    roles = PATIENT_SIDE
    audit = SEEN
    form_class = MoveForm

    def form_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {"appointment_id": kwargs["appointment_id"]}

    def page(self, **kwargs: Any) -> dict[str, Any]:
        now, asked = timezone.now(), self.request.GET
        found = offering.moving(
            kwargs["appointment_id"],
            day=day_of(asked.get("day", "")),
            first_day=day_of(asked.get("from", "")),
            actor=self.actor,
            now=now,
        )
        return presenters.moving(found, now=now)

    def show(self, context: dict[str, Any], status: int = 200) -> HttpResponse:
        refusal = context.get("refusal")
        if refusal is not None and refusal.code == "emergency":
            return render(
                self.request, "visits/patient_emergency.html", emergency(refusal, change_href=""), status=status
            )
        return super().show(context, status)

    def act(self, command: RescheduleCommand, **kwargs: Any) -> Appointment:
        return calendar.reschedule(command, actor=self.actor, now=timezone.now())

    def done(self, result: Appointment, **kwargs: Any) -> HttpResponse:
        messages.success(self.request, _("Your visit has its new time."))
        return redirect("visits:visit", appointment_id=result.id)


class Cancel(SignedInMixin, UseCaseView):
    """Call a visit off, with the reason."""

    template_name = "visits/patient_cancel.html"
    roles = PATIENT_SIDE
    audit = SEEN
    form_class = CancelVisitForm

    def form_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {"appointment_id": kwargs["appointment_id"]}

    def page(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        found = patient_pages.one(self.actor, appointment_id=kwargs["appointment_id"], now=now)
        return presenters.cancelling(found, now=now)

    def act(self, command: CancelCommand, **kwargs: Any) -> Appointment:
        return calendar.cancel(command, actor=self.actor, now=timezone.now())

    def done(self, result: Appointment, **kwargs: Any) -> HttpResponse:
        messages.success(self.request, _("Your visit is cancelled. You can book another one when you are ready."))
        return redirect("visits:visit", appointment_id=result.id)
