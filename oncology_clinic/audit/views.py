"""The auditor's first page: the newest events, and a few filters."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from oncology_clinic.actors import Role
from oncology_clinic.audit import presenters, search
from oncology_clinic.audit.contract import Category, touches
from oncology_clinic.audit.forms import SearchForm
from oncology_clinic.pages import Page, SignedInMixin


class Events(SignedInMixin, Page):
    """Newest first, fifty a page. Every showing is itself an event."""

    template_name = "audit/events.html"
    roles = (Role.auditor,)
    audit = touches(Category.audit, subject="everybody in the log")

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = SearchForm(request.GET)
        if not form.is_valid():
            return self.show({"form": form, "columns": [], "rows": []}, status=422)
        found = search.search(form.command(), actor=self.actor, now=timezone.now(), is_newest_first=True)
        context = {
            "form": form,
            **presenters.table(found),
            "clock": presenters.clock_words(),
            "earlier": presenters.earlier(found, asked=request.GET.dict()),
        }
        return self.show(context)
