"""The patients a search found."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from oncology_clinic.accounts import people
from oncology_clinic.accounts.models import Patient
from oncology_clinic.crypto.fields import reveal
from visits.presenters.visits import age


def page(found: list[Patient], *, now: datetime) -> dict[str, Any]:
    today = now.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE)).date()
    count = len(found)
    return {
        "has_searched": True,
        "said": ngettext("%(count)d patient fits.", "%(count)d patients fit.", count) % {"count": count},
        "columns": [_("Patient"), _("Born"), _("Diagnosis"), ""],
        "rows": [{"cells": _cells(patient, today=today)} for patient in found],
    }


def _cells(patient: Patient, *, today: date) -> list[dict[str, Any]]:
    name = people.listed_name(patient)
    born: date = reveal(patient.birth_date)
    about = _("for %(name)s") % {"name": name}
    book = reverse("visits:book_for", kwargs={"patient_id": patient.id})
    return [
        {
            "strong": name,
            "href": reverse("visits:chart", kwargs={"patient_id": patient.id}),
            "sub": _("%(age)d years") % {"age": age(patient, on=today)},
            "label": _("Patient"),
        },
        {"text": formats.date_format(born, _("F j, Y")), "label": _("Born")},
        {"text": reveal(patient.diagnosis) or _("None on file"), "label": _("Diagnosis")},
        {
            "action": {"label": _("Book a visit"), "href": book, "kind": "is-quiet is-small", "about": about},
            "is_wide": True,
        },
    ]
