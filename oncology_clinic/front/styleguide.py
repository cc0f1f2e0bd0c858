"""The style guide: every component in every state, and two whole pages. Only with DEBUG."""

from __future__ import annotations

from typing import Any

from oncology_clinic.audit.contract import NotPhi
from oncology_clinic.front import examples
from oncology_clinic.pages import Page


class Styleguide(Page):
    template_name = "front/styleguide.html"
    audit = NotPhi("invented examples")

    def page(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "blank": examples.ExampleForm(),
            "wrong": examples.ExampleForm({"email": "ruth@", "pain": "12", "state": "OH"}, auto_id="wrong_%s"),
            "days": examples.DAYS,
            "slots": examples.SLOTS,
            "steps": examples.STEPS,
            "lines": examples.LINES,
            "visit": examples.VISIT,
            "small_visit": {**examples.VISIT, "steps": None, "note": None, "actions": examples.ACTIONS},
            "counts": examples.COUNTS,
            "columns": examples.COLUMNS,
            "rows": examples.day_rows(),
            "reasons": examples.REASONS,
            "answers": examples.ANSWERS,
            "summary": examples.SUMMARY,
            "checks": examples.CHECKS,
            "people": examples.PEOPLE,
            "trends": [[3, 4, 4, 6, 7, 7], [2, 3, None, 2, 2, 1], [5], []],
        }


class BookingExample(Page):
    """A patient's page as it should look."""

    template_name = "front/styleguide_booking.html"
    audit = NotPhi("invented examples")

    def page(self, **kwargs: Any) -> dict[str, Any]:
        form = examples.PainForm(initial={"pain": "3"})
        return {"days": examples.DAYS, "slots": examples.SLOTS, "visit": examples.VISIT, "form": form}


class DayExample(Page):
    """A clinician's page as it should look."""

    template_name = "front/styleguide_day.html"
    audit = NotPhi("invented examples")

    def page(self, **kwargs: Any) -> dict[str, Any]:
        return {"counts": examples.COUNTS, "columns": examples.COLUMNS, "rows": examples.day_rows()}
