"""The care teams' pages: the list of alerts, and one alert with what may be done about it."""

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
from screening.forms import CloseAlertForm, PressForm
from screening.presenters import desk as presenters
from screening.services import alerts, reading

CLINICAL = (Role.nurse_coordinator, Role.clinician)
AUDIT = touches(Category.screening, Category.demographics, subject="the patients of the alerts shown")


class Worklist(SignedInMixin, Page):
    """Alerts that wait, sickest first."""

    template_name = "screening/staff_alerts.html"
    roles = CLINICAL
    audit = AUDIT

    def page(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        return presenters.worklist(reading.worklist(actor=self.actor, now=now), now=now)


class _AlertPage(SignedInMixin, UseCaseView):
    """An act on one alert; when it is refused, the alert is shown again with the sentence."""

    template_name = "screening/staff_alert.html"
    roles = CLINICAL
    audit = AUDIT

    def page(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        found = reading.one_alert(kwargs["alert_id"], actor=self.actor, now=now)
        return {**presenters.one_alert(found, now=now), "close_form": CloseAlertForm()}


class OneAlert(_AlertPage):
    """The answers behind an alert and its history. The form on it closes the alert."""

    form_class = CloseAlertForm

    def show(self, context: dict[str, Any], status: int = 200) -> HttpResponse:
        return super().show({**context, "close_form": context["form"]}, status=status)

    def act(self, command: str, **kwargs: Any) -> None:
        alerts.close(kwargs["alert_id"], outcome=command, actor=self.actor, now=timezone.now())

    def done(self, result: None, **kwargs: Any) -> HttpResponse:
        messages.success(self.request, _("The alert is closed."))
        return redirect("screening:alerts")


class Acknowledge(_AlertPage):
    """I have seen it and handle it."""

    http_method_names = ["post"]
    form_class = PressForm

    def act(self, command: None, **kwargs: Any) -> None:
        alerts.acknowledge(kwargs["alert_id"], actor=self.actor, now=timezone.now())

    def done(self, result: None, **kwargs: Any) -> HttpResponse:
        messages.success(self.request, _("Acknowledged. It is yours to close."))
        return redirect("screening:alert", alert_id=kwargs["alert_id"])


class Take(_AlertPage):
    """Make it mine."""

    http_method_names = ["post"]
    form_class = PressForm

    def act(self, command: None, **kwargs: Any) -> None:
        alerts.take(kwargs["alert_id"], actor=self.actor, now=timezone.now())

    def done(self, result: None, **kwargs: Any) -> HttpResponse:
        messages.success(self.request, _("It is assigned to you."))
        return redirect("screening:alert", alert_id=kwargs["alert_id"])
