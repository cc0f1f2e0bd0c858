"""What the pages of coverage print."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.services import words
from billing.services.reading import Asking, Kept


def ask(found: Asking) -> dict[str, Any]:
    plan = found.plan
    return {
        "acting_for": found.for_whom,
        "plan_sentence": _("We ask about your plan on file: %(plan)s.") % {"plan": plan.name}
        if plan
        else _("We have no health plan on file for you. You can still ask, and call us to add your plan."),
    }


def answer(found: Kept) -> dict[str, Any]:
    """The kept answer in the language of the page."""
    asked = found.question
    return {
        "acting_for": found.for_whom,
        "answer": words.of_kept(found.check, found.answer, plan=found.plan),
        "rows": _rows(found),
        "again_href": _again(found),
        "eyebrow": words.service_label(asked["service"], language=get_language() or "en"),
    }


def _rows(found: Kept) -> list[dict[str, str]]:
    asked = found.question
    language = get_language() or "en"
    rows = [
        {"key": _("Visit"), "value": words.service_label(asked["service"], language=language)},
        {"key": _("How"), "value": str(words.MODALITIES[asked["modality"]])},
        {"key": _("Day"), "value": date_format(_day(asked["dos"]), "DATE_FORMAT")},
    ]
    if found.plan is not None:
        rows.append({"key": _("Plan"), "value": found.plan.name})
    return rows


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _again(found: Kept) -> str:
    address = reverse("billing:ask")
    return f"{address}?{urlencode({'patient': str(found.check.patient_id)})}" if found.for_whom else address
