"""Will my plan pay? A question, and its answer with the reasons."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from billing import presenters
from billing.forms import CoverageForm
from billing.services import coverage, reading
from billing.services.commands import CheckCoverage
from oncology_clinic.actors import Role
from oncology_clinic.audit.contract import Category, touches
from oncology_clinic.errors import NotFound
from oncology_clinic.pages import Page, SignedInMixin, UseCaseView

ASKING = (Role.patient, Role.caregiver, Role.clinician, Role.nurse_coordinator)
AUDIT = touches(Category.billing, Category.demographics)


class Ask(SignedInMixin, UseCaseView):
    """The question. `?patient=` names the patient somebody acts for. The answer is kept and shown on its own page."""

    template_name = "billing/patient_ask.html"
    roles = ASKING
    audit = AUDIT
    form_class = CoverageForm

    def initial(self, **kwargs: Any) -> dict[str, Any]:
        named = self._named()
        return {"patient": named} if named else {}

    def page(self, **kwargs: Any) -> dict[str, Any]:
        return presenters.ask(reading.asking(patient_id=self._named(), actor=self.actor, now=timezone.now()))

    def act(self, command: CheckCoverage, **kwargs: Any) -> coverage.Checked:
        return coverage.check(command, actor=self.actor, now=timezone.now())

    def done(self, result: coverage.Checked, **kwargs: Any) -> HttpResponse:
        return redirect("billing:answer", check_id=result.check.id)

    def _named(self) -> UUID | None:
        text = self.request.POST.get("patient") or self.request.GET.get("patient", "")
        if not text:
            return None
        try:
            return UUID(text)
        except ValueError:
            raise NotFound("not_found", _("We could not find that page, or it is not yours to see.")) from None


class Answer(SignedInMixin, Page):
    """One kept answer, in the language of the page."""

    template_name = "billing/patient_answer.html"
    roles = ASKING
    audit = AUDIT

    def page(self, **kwargs: Any) -> dict[str, Any]:
        return presenters.answer(reading.kept(kwargs["check_id"], actor=self.actor, now=timezone.now()))
