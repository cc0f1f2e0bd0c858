"""A visit as a calendar file."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from oncology_clinic.pages import Page, SignedInMixin
from visits.presenters import calendar_file
from visits.selectors import patient_pages
from visits.views.home import PATIENT_SIDE, SEEN


class CalendarFile(SignedInMixin, Page):
    roles = PATIENT_SIDE
    audit = SEEN

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        found = patient_pages.one(self.actor, appointment_id=kwargs["appointment_id"], now=now)
        body = calendar_file.ics(found.appointment, now=now)
        return HttpResponse(
            body,
            content_type="text/calendar; charset=utf-8; method=PUBLISH",
            headers={"Content-Disposition": 'attachment; filename="visit.ics"'},
        )
