"""The booking wizard: a service, the questions, where and when, check, book. Works without script."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from oncology_clinic.actors import Actor, Role
from oncology_clinic.errors import Refusal
from oncology_clinic.pages import Page, SignedInMixin, UseCaseView
from visits.patient_forms import BeginForm, BookPageForm, ChooseInsteadForm, QuestionsForm, TimeForm, day_of
from visits.presenters import booking as presenters
from visits.presenters import patient_visits as visit_presenters
from visits.selectors import patient_pages
from visits.services import offering, wizard
from visits.views.home import PATIENT_SIDE, SEEN

BOOKING = SEEN
TIME_FIELDS = frozenset({"start", "clinician", "minutes"})


class Choose(SignedInMixin, Page):
    """The services in plain words; one press begins. `patient_id`: for whom a caregiver books."""

    template_name = "visits/patient_choose.html"
    roles = PATIENT_SIDE
    audit = SEEN

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if self.actor.role is Role.caregiver and "patient_id" not in kwargs:
            return redirect("visits:home")  # for whom comes first
        return super().get(request, **kwargs)

    def page(self, **kwargs: Any) -> dict[str, Any]:
        return services_for(self.actor, patient_id=kwargs.get("patient_id"))


def services_for(actor: Actor, *, patient_id: UUID | None) -> dict[str, Any]:
    """The page of services, for oneself or for the patient somebody acts for."""
    if patient_id is None or patient_id == actor.patient_id:
        return presenters.choose(for_whom="", patient_id=None)
    person = patient_pages.person(actor, patient_id=patient_id, now=timezone.now())
    return presenters.choose(for_whom=person.name, patient_id=patient_id)


class Begin(SignedInMixin, UseCaseView):
    """One press on a service."""

    http_method_names = ["post", "options"]
    template_name = "visits/patient_choose.html"
    roles = PATIENT_SIDE
    audit = SEEN
    form_class = BeginForm

    def page(self, **kwargs: Any) -> dict[str, Any]:
        typed = self.form_class(self.request.POST)
        typed.is_valid()
        return services_for(self.actor, patient_id=typed.cleaned_data.get("patient"))

    def act(self, command: wizard.BeginCommand, **kwargs: Any) -> wizard.Draft:
        return wizard.begin(command, actor=self.actor, now=timezone.now())

    def done(self, result: wizard.Draft, **kwargs: Any) -> HttpResponse:
        return redirect("visits:questions", draft_id=result.id)


class WizardMixin(SignedInMixin):
    """A page of the wizard: a draft that ran out begins again, a page asked too early leads to the one before."""

    roles = PATIENT_SIDE

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().dispatch(request, *args, **kwargs)
        except Refusal as refusal:
            return self._instead(request, refusal, **kwargs)

    def _instead(self, request: HttpRequest, refusal: Refusal, **kwargs: Any) -> HttpResponse:
        if refusal.code == "draft_expired":
            messages.info(request, refusal.sentence)
            return redirect("visits:choose")  # a caregiver goes on to whom first
        if refusal.code == "questions_first":
            return redirect("visits:questions", draft_id=kwargs["draft_id"])
        if refusal.code == "time_first":
            return redirect("visits:time", draft_id=kwargs["draft_id"])
        if refusal.code == "emergency":
            return stop(request, refusal, draft_id=kwargs["draft_id"])
        raise refusal

    @property
    def is_change(self) -> bool:
        """Is this the way back from the page of answers?"""
        return "check" in (self.request.GET.get("next"), self.request.POST.get("next"))  # type: ignore[attr-defined]


def stop(request: HttpRequest, refusal: Refusal, *, draft_id: UUID | None) -> HttpResponse:
    """The emergency page. 422."""
    change = reverse("visits:questions", kwargs={"draft_id": draft_id}) if draft_id else reverse("visits:choose")
    context = presenters.emergency(refusal, change_href=change)
    return render(request, "visits/patient_emergency.html", context, status=refusal.status)


class Questions(WizardMixin, UseCaseView):
    """How you feel first; then where you will be and how we can meet."""

    audit = SEEN
    template_name = "visits/patient_questions.html"
    form_class = QuestionsForm

    def form_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        self.found = offering.asking(kwargs["draft_id"], actor=self.actor, now=timezone.now())
        return {"draft_id": kwargs["draft_id"]}

    def initial(self, **kwargs: Any) -> dict[str, Any]:
        return {}

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form_kwargs = self.form_kwargs(**kwargs)
        form = self.form_class(initial=presenters.questions_again(self.found), **form_kwargs)
        return self.show({**self.page(**kwargs), "form": form})

    def page(self, **kwargs: Any) -> dict[str, Any]:
        return presenters.questions(self.found, is_change=self.is_change)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.form_class(request.POST, **self.form_kwargs(**kwargs))
        if not form.is_valid():
            return self.show({**self.page(**kwargs), "form": form}, status=422)
        draft = wizard.answer(form.command(), actor=self.actor, now=timezone.now())
        return redirect("visits:check" if self.is_change and draft.start else "visits:time", draft_id=draft.id)


class Time(WizardMixin, UseCaseView):
    """Where the visit will be, why, what it may cost; a day and a time."""

    audit = SEEN
    template_name = "visits/patient_time.html"
    form_class = TimeForm

    def form_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {"draft_id": kwargs["draft_id"]}

    def page(self, **kwargs: Any) -> dict[str, Any]:
        now, asked = timezone.now(), self.request.GET
        anyone = asked.get("anyone") == "1"
        found = offering.times_for(
            kwargs["draft_id"],
            day=kwargs.get("day") or day_of(asked.get("day", "")),
            first_day=day_of(asked.get("from", "")),
            anyone=anyone,
            actor=self.actor,
            now=now,
        )
        return presenters.time_page(found, is_change=self.is_change, anyone=anyone, now=now)

    def act(self, command: wizard.ChooseTimeCommand, **kwargs: Any) -> wizard.Draft:
        return wizard.choose_time(command, actor=self.actor, now=timezone.now())

    def done(self, result: wizard.Draft, **kwargs: Any) -> HttpResponse:
        return redirect("visits:check", draft_id=result.id)


class Instead(WizardMixin, UseCaseView):
    """Another way for the same visit, in one press."""

    http_method_names = ["post", "options"]
    audit = SEEN
    template_name = "visits/patient_time.html"
    form_class = ChooseInsteadForm

    def form_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {"draft_id": kwargs["draft_id"]}

    def page(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        found = offering.times_for(
            kwargs["draft_id"], day=None, first_day=None, anyone=False, actor=self.actor, now=now
        )
        return presenters.time_page(found, is_change=False, anyone=False, now=now)

    def act(self, command: wizard.ChooseInsteadCommand, **kwargs: Any) -> wizard.Draft:
        return wizard.choose_instead(command, actor=self.actor, now=timezone.now())

    def done(self, result: wizard.Draft, **kwargs: Any) -> HttpResponse:
        return redirect("visits:time", draft_id=result.id)


class Check(WizardMixin, Page):
    """Everything once more; the last button posts the shared booking form."""

    audit = SEEN
    template_name = "visits/patient_check.html"

    def page(self, **kwargs: Any) -> dict[str, Any]:
        return presenters.check_page(offering.check(kwargs["draft_id"], actor=self.actor, now=timezone.now()))


class Book(SignedInMixin, UseCaseView):
    """POST: the same keys as the program's door, and the draft. Booked once, however often it is pressed."""

    template_name = "visits/patient_book.html"
    roles = PATIENT_SIDE
    audit = SEEN
    form_class = BookPageForm

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return redirect("visits:choose")

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.form_class(request.POST)
        if not form.is_valid():
            return self._again(form, None)
        try:
            result = wizard.book(
                form.command(), draft_id=form.cleaned_data["draft"], actor=self.actor, now=timezone.now()
            )
        except Refusal as refusal:
            if refusal.is_denial:
                raise
            if refusal.code == "emergency":
                return stop(request, refusal, draft_id=form.cleaned_data["draft"])
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
            return self._again(form, refusal)
        return redirect("visits:booked", appointment_id=result.appointment.id)

    def _again(self, form: BookPageForm, refusal: Refusal | None) -> HttpResponse:
        """The page where the trouble can be mended: the times, the answers, or what was sent, with its errors."""
        status = refusal.status if refusal else 422
        draft_id = form.cleaned_data.get("draft")
        try:
            if draft_id is not None and TIME_FIELDS & set(form.errors):
                return self._times(draft_id, form=form, status=status)
            if draft_id is not None:
                return self._answers(draft_id, form=form, status=status)
        except Refusal:
            pass  # the draft has run out meanwhile; what was sent is still here
        return self.show(presenters.book_again(form, refusal), status=status)

    def _times(self, draft_id: UUID, *, form: BookPageForm, status: int) -> HttpResponse:
        now = timezone.now()
        found = offering.times_for(
            draft_id, day=presenters.day_wanted(form), first_day=None, anyone=False, actor=self.actor, now=now
        )
        shown = TimeForm({"slot": "-"}, draft_id=draft_id)
        shown.errors.pop("slot", None)
        for name in TIME_FIELDS & set(form.errors):
            shown.add_error("slot", str(form.errors[name][0]))
        page = presenters.time_page(found, is_change=False, anyone=False, now=now)
        return render(self.request, "visits/patient_time.html", {**page, "form": shown}, status=status)

    def _answers(self, draft_id: UUID, *, form: BookPageForm, status: int) -> HttpResponse:
        found = offering.check(draft_id, actor=self.actor, now=timezone.now())
        context = {**presenters.check_page(found), "form": presenters.errors_in_words(form)}
        return render(self.request, "visits/patient_check.html", context, status=status)


class Booked(SignedInMixin, Page):
    """The proof."""

    template_name = "visits/patient_booked.html"
    roles = PATIENT_SIDE
    audit = SEEN

    def page(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        found = patient_pages.one(self.actor, appointment_id=kwargs["appointment_id"], now=now)
        return visit_presenters.booked(found, now=now)
