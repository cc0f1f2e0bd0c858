"""The day list of the care teams, and what happens to a visit on its day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from oncology_clinic.accounts import next_page
from oncology_clinic.actors import Role
from oncology_clinic.audit.contract import Category, touches
from oncology_clinic.pages import Page, SignedInMixin, UseCaseView
from visits.models import Appointment
from visits.presenters import closing
from visits.presenters import day as presenters
from visits.selectors import day as selectors
from visits.selectors import visits as visit_selectors
from visits.services import day as services
from visits.services.commands import CloseVisitCommand
from visits.staff_forms import CloseVisitForm, PressForm

CLINICAL = (Role.clinician, Role.nurse_coordinator)
AUDIT = touches(
    Category.appointment,
    Category.demographics,
    Category.screening,
    Category.routing,
    Category.billing,
    subject="the patients of the day shown",
)


class DayList(SignedInMixin, Page):
    """The visits of a day. A page that is open asks every 20 seconds; it is answered only when something changed."""

    template_name = "visits/staff_day.html"
    roles = CLINICAL
    audit = AUDIT

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        mark = request.GET.get("mark", "")
        found = selectors.day_list(
            self.actor,
            on=day_asked_for(request, now=now),
            clinician_id=_uuid(request.GET.get("clinician", "")),
            unless=mark,
            now=now,
        )
        if mark and found.mark == mark:
            return HttpResponse(status=204)
        context = presenters.page(found, now=now, said=request.GET.get("said", ""))
        is_part = bool(mark) and "HX-Request" in request.headers
        return render(request, "visits/staff_day_list.html" if is_part else self.template_name, context)


def day_asked_for(request: HttpRequest, *, now: datetime) -> date:
    """The day named by `on`; today in the clinic's zone for none, and for one that cannot be read."""
    today = now.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE)).date()
    try:
        asked = parse_date(request.GET.get("on", ""))
    except ValueError:
        asked = None
    return asked if asked and abs((asked - today).days) <= 3660 else today


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


class _Press(SignedInMixin, UseCaseView):
    """One press on the list or the chart. When it is refused, today's list says why."""

    http_method_names = ["post"]
    template_name = "visits/staff_day.html"
    form_class = PressForm
    roles = CLINICAL
    audit = AUDIT
    said: ClassVar[Promise]

    def page(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        found = selectors.day_list(self.actor, on=day_asked_for(self.request, now=now), now=now)
        return presenters.page(found, now=now)

    def done(self, result: Appointment, **kwargs: Any) -> HttpResponse:
        messages.success(self.request, str(self.said))
        return redirect(next_page.asked(self.request) or reverse("visits:day"))


class CheckIn(_Press):
    said = _("Checked in.")

    def act(self, command: None, **kwargs: Any) -> Appointment:
        return services.check_in(kwargs["appointment_id"], actor=self.actor, now=timezone.now())


class Begin(_Press):
    said = _("The visit has begun.")

    def act(self, command: None, **kwargs: Any) -> Appointment:
        return services.start(kwargs["appointment_id"], actor=self.actor, now=timezone.now())


class Finish(_Press):
    said = _("The visit is done.")

    def act(self, command: None, **kwargs: Any) -> Appointment:
        return services.complete(kwargs["appointment_id"], actor=self.actor, now=timezone.now())


class Close(SignedInMixin, UseCaseView):
    """A visit that nobody closed: it took place, or who was absent."""

    template_name = "visits/staff_close.html"
    form_class = CloseVisitForm
    roles = CLINICAL
    audit = AUDIT

    def form_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {"appointment_id": kwargs["appointment_id"]}

    def page(self, **kwargs: Any) -> dict[str, Any]:
        found = visit_selectors.one(self.actor, appointment_id=kwargs["appointment_id"], now=timezone.now())
        return closing.page(found)

    def act(self, command: CloseVisitCommand, **kwargs: Any) -> Appointment:
        return services.close(command, actor=self.actor, now=timezone.now())

    def done(self, result: Appointment, **kwargs: Any) -> HttpResponse:
        messages.success(self.request, str(_("The visit is closed.")))
        return redirect("visits:day")
