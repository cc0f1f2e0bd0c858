"""Staff book a visit for a patient of theirs, in two pages. What is asked travels in the form, never in an address."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from oncology_clinic.actors import Role
from oncology_clinic.audit.contract import Category, touches
from oncology_clinic.errors import Refusal
from oncology_clinic.pages import Page, SignedInMixin
from visits.forms import BookAppointmentForm
from visits.presenters import staff_booking as presenters
from visits.services import booking, staff_booking
from visits.staff_forms import StaffChoiceForm

CHOOSE, TIMES, BOOK = "choose", "times", "book"  # `_action`; "times 2026-11-30" asks for the days from there


class Book(SignedInMixin, Page):
    """GET asks what and with whom; `times` answers where and offers times; `book` books the one chosen."""

    template_name = "visits/staff_book.html"
    roles = (Role.clinician, Role.nurse_coordinator)
    audit = touches(Category.demographics, Category.appointment, Category.routing, Category.billing, Category.screening)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        asking = self._asking(**kwargs)
        form = StaffChoiceForm(
            clinicians=presenters.clinicians(asking), initial=presenters.first_answers(asking, actor=self.actor)
        )
        return self.show({**presenters.choose(asking), "form": form})

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        action, _space, day = request.POST.get("_action", TIMES).partition(" ")
        if action == BOOK:
            return self._book(**kwargs)
        if action == CHOOSE:
            return self._choose(self._choice(**kwargs), **kwargs)
        return self._times(first_day=_day(day), **kwargs)

    def _choose(self, form: StaffChoiceForm, *, status: int = 200, **kwargs: Any) -> HttpResponse:
        return self.show({**presenters.choose(self._asking(**kwargs)), "form": form}, status=status)

    def _times(
        self,
        *,
        first_day: date | None = None,
        refused: BookAppointmentForm | None = None,
        status: int = 200,
        **kwargs: Any,
    ) -> HttpResponse:
        """The second page; `refused` is the booking that was not made, with what is wrong with it."""
        form = self._choice(**kwargs)
        if not form.is_valid():
            return self._choose(form, status=422, **kwargs)
        try:
            found = staff_booking.offer(form.command(), first_day=first_day, actor=self.actor, now=timezone.now())
        except Refusal as refusal:
            if refusal.is_denial:
                raise
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
            context = {**presenters.choose(self._asking(**kwargs)), **presenters.script(refusal), "form": form}
            return self.show(context, status=refusal.status)
        context = {**presenters.times(found, given=self._given(**kwargs)), "form": refused or form}
        return render(self.request, "visits/staff_book_time.html", context, status=status)

    def _book(self, **kwargs: Any) -> HttpResponse:
        form = BookAppointmentForm(self._given(**kwargs))
        if not form.is_valid():
            return self._times(refused=form, status=422, **kwargs)
        try:
            booked = booking.book(form.command(), actor=self.actor, now=timezone.now())
        except Refusal as refusal:
            if refusal.is_denial:
                raise
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
            return self._times(refused=form, status=refusal.status, **kwargs)
        said = _("The request is made. Its clinician decides.") if booked.is_request else _("The visit is booked.")
        messages.success(self.request, said)
        return redirect("visits:chart", patient_id=kwargs["patient_id"])

    def _asking(self, **kwargs: Any) -> staff_booking.Asking:
        return staff_booking.asking(kwargs["patient_id"], actor=self.actor, now=timezone.now())

    def _choice(self, **kwargs: Any) -> StaffChoiceForm:
        given = self._given(**kwargs)
        given.pop("start", None)
        return StaffChoiceForm(given, clinicians=presenters.clinicians(self._asking(**kwargs)))

    def _given(self, **kwargs: Any) -> QueryDict:
        """What was posted, for the patient of the address whatever the form says."""
        given = self.request.POST.copy()
        given["patient"] = str(kwargs["patient_id"])
        return given


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
