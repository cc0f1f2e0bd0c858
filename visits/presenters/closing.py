"""The visit somebody closes, in a few words."""

from __future__ import annotations

from typing import Any

from oncology_clinic.accounts import people
from visits.models import Appointment
from visits.presenters import catalogue, requests


def page(one: Appointment) -> dict[str, Any]:
    return {
        "name": people.listed_name(one.patient),
        "what": catalogue.label(one.service),
        "when": requests.when(one),
    }
