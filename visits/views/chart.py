"""One patient's chart, and the way to find a patient."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from oncology_clinic.accounts.models import Patient
from oncology_clinic.actors import Role
from oncology_clinic.audit.contract import Category, touches
from oncology_clinic.pages import Page, SignedInMixin, UseCaseView
from visits.presenters import chart as presenters
from visits.presenters import found_people
from visits.services import chart as services
from visits.services import finding_people
from visits.services.commands import FindCommand
from visits.staff_forms import FindPatientForm

CLINICAL = (Role.clinician, Role.nurse_coordinator)


class Chart(SignedInMixin, Page):
    """Who, what they have, visits, answers over time, alerts, decisions and coverage."""

    template_name = "visits/staff_chart.html"
    roles = CLINICAL
    audit = touches(Category.demographics, Category.appointment, Category.screening, Category.routing, Category.billing)

    def page(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        return presenters.page(services.chart(kwargs["patient_id"], actor=self.actor, now=now), now=now)


class Find(SignedInMixin, UseCaseView):
    """By exact name, birth date, email or phone, among the asker's own patients. What is typed stays out of addresses."""

    template_name = "visits/staff_find.html"
    form_class = FindPatientForm
    roles = CLINICAL
    audit = touches(Category.demographics, Category.contact, subject="the asker's own patients that fit")

    def act(self, command: FindCommand, **kwargs: Any) -> list[Patient]:
        return finding_people.find(command, actor=self.actor, now=timezone.now())

    def done(self, result: list[Patient], **kwargs: Any) -> HttpResponse:
        form = self.form_class(self.request.POST)
        return self.show({"form": form, **found_people.page(result, now=timezone.now())})
