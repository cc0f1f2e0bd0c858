"""The patient's pages: what is asked, one page of questions after another, check, send, what happens next."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from oncology_clinic.actors import Role
from oncology_clinic.audit.contract import Category, touches
from oncology_clinic.pages import Page, SignedInMixin, UseCaseView
from screening.forms import LATER, TALK, PageForm, PressForm
from screening.models import Alert, ScreenRequest
from screening.presenters import answering as presenters
from screening.rules import pages
from screening.services import answers, reading
from screening.services.answers import Saved
from screening.services.commands import SavePage

ANSWERING = (Role.patient, Role.caregiver, Role.clinician, Role.nurse_coordinator)
AUDIT = touches(Category.screening, Category.demographics)


class Mine(SignedInMixin, Page):
    """What is asked of a patient and what was sent. `?patient=` names the patient somebody acts for."""

    template_name = "screening/patient_screens.html"
    roles = ANSWERING
    audit = AUDIT

    def page(self, **kwargs: Any) -> dict[str, Any]:
        named = _uuid_or_none(self.request.GET.get("patient", ""))
        return presenters.mine(reading.mine(patient_id=named, actor=self.actor, now=timezone.now()))


class Start(SignedInMixin, Page):
    template_name = "screening/patient_start.html"
    roles = ANSWERING
    audit = AUDIT

    def page(self, **kwargs: Any) -> dict[str, Any]:
        found = reading.one_request(kwargs["request_id"], actor=self.actor, now=timezone.now())
        return presenters.start(found)


class Question(SignedInMixin, UseCaseView):
    """One page of questions. Every button saves what is on it."""

    template_name = "screening/patient_question.html"
    roles = ANSWERING
    audit = AUDIT
    form_class = PageForm

    def form_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        self.found = reading.one_request(kwargs["request_id"], actor=self.actor, now=timezone.now())
        self.asked = self._asked(kwargs["number"])
        return {"request_id": kwargs["request_id"], "page": self.asked}

    def _asked(self, number: int) -> pages.Page:
        if not 1 <= number <= len(self.found.pages):
            raise answers.not_found()
        return self.found.pages[number - 1]

    def get(self, request: Any, **kwargs: Any) -> HttpResponse:
        form_kwargs = self.form_kwargs(**kwargs)
        if not presenters.is_open(self.found):
            return redirect("screening:start", request_id=self.found.request.id)
        form = self.form_class(initial=self.initial(**kwargs), **form_kwargs)
        return self.show({**self.page(**kwargs), "form": form})

    def initial(self, **kwargs: Any) -> dict[str, Any]:
        return presenters.initial(self.found, self.asked)

    def page(self, **kwargs: Any) -> dict[str, Any]:
        is_change = "check" in (self.request.GET.get("next"), self.request.POST.get("next"))
        return presenters.question(self.found, self.asked, now=timezone.now(), is_change=is_change)

    def act(self, command: SavePage, **kwargs: Any) -> Saved:
        return answers.save_page(command, actor=self.actor, now=timezone.now())

    def done(self, result: Saved, **kwargs: Any) -> HttpResponse:
        step = self.request.POST.get("_action", "")
        if step == TALK:
            return redirect("screening:thanks", request_id=result.request_id)
        if step == LATER:
            messages.success(self.request, _("Your answers so far are saved. Go on whenever you are ready."))
            return redirect(presenters.mine_href(self.found))
        if result.next_number is None or self.request.POST.get("next") == "check":
            return redirect("screening:check", request_id=result.request_id)
        return redirect("screening:page", request_id=result.request_id, number=result.next_number)


class Check(SignedInMixin, UseCaseView):
    """All answers once more; Send makes them final."""

    template_name = "screening/patient_check.html"
    roles = ANSWERING
    audit = AUDIT
    form_class = PressForm

    def page(self, **kwargs: Any) -> dict[str, Any]:
        found = reading.one_request(kwargs["request_id"], actor=self.actor, now=timezone.now())
        return presenters.check(found)

    def act(self, command: None, **kwargs: Any) -> ScreenRequest:
        return answers.complete(kwargs["request_id"], actor=self.actor, now=timezone.now())

    def done(self, result: ScreenRequest, **kwargs: Any) -> HttpResponse:
        return redirect("screening:thanks", request_id=result.id)


class Talk(SignedInMixin, UseCaseView):
    """ "I would rather talk about this with a nurse", from a page without questions."""

    http_method_names = ["post"]
    template_name = "screening/patient_check.html"
    roles = ANSWERING
    audit = AUDIT
    form_class = PressForm

    def act(self, command: None, **kwargs: Any) -> Alert:
        return answers.ask_for_call(kwargs["request_id"], actor=self.actor, now=timezone.now())

    def done(self, result: Alert, **kwargs: Any) -> HttpResponse:
        return redirect("screening:thanks", request_id=kwargs["request_id"])


class Thanks(SignedInMixin, Page):
    template_name = "screening/patient_thanks.html"
    roles = ANSWERING
    audit = AUDIT

    def page(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        return presenters.thanks(reading.one_request(kwargs["request_id"], actor=self.actor, now=now), now=now)


def _uuid_or_none(text: str) -> UUID | None:
    """None for no text. Raises `not_found` for text that names nobody."""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise answers.not_found() from None
