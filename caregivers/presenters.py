"""The words of the caregiver pages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caregivers import wording
from caregivers.selectors import Helper, PersonHelped
from oncology_clinic.access import Domain

# Where each part of a patient's affairs begins for a caregiver: the page's name; a page no room offers is left out.
_PLACES = [
    (Domain.appointments, "visits:home_for", gettext_lazy("Visits")),
    (Domain.screens, "screening:mine", gettext_lazy("Questions to answer")),
]


def helpers(found: list[Helper]) -> list[dict[str, Any]]:
    """The patient's list: who, what they may do, until when."""
    words = dict(wording.SCOPES)
    return [
        {
            "name": helper.name,
            "relationship": relationship(helper.relationship),
            "scopes": [str(words[scope.value]) for scope in helper.scopes],
            "until": until(helper.ends_on),
            "is_waiting": not helper.has_accepted,
            "end": reverse("caregivers:end", kwargs={"grant_id": helper.grant_id}),
        }
        for helper in found
    ]


def people_helped(found: list[PersonHelped]) -> list[dict[str, Any]]:
    """The caregiver's home: whom they help, with the ways in."""
    return [
        {
            "name": person.name,
            "scopes": [str(wording.FOR_CAREGIVER[scope]) for scope in person.scopes],
            "until": until(person.ends_on),
            "links": _links(person),
            "end": reverse("caregivers:end", kwargs={"grant_id": person.grant_id}),
        }
        for person in found
    ]


def _links(person: PersonHelped) -> list[dict[str, str]]:
    links = []
    for domain, name, label in _PLACES:
        if domain in person.scopes and (href := _address(name, person)):
            links.append({"label": str(label), "href": href})
    return links


def _address(name: str, person: PersonHelped) -> str:
    """With the patient in the path, or as `?patient=` where the page takes it so."""
    try:
        return reverse(name, kwargs={"patient_id": person.patient_id})
    except NoReverseMatch:
        pass
    try:
        return f"{reverse(name)}?patient={person.patient_id}"
    except NoReverseMatch:
        return ""


def relationship(code: str) -> str:
    """The relationship in words; what somebody wrote freely stays as it is."""
    return str(dict(wording.RELATIONSHIPS).get(code, code))


def until(ends_on: date | None) -> str:
    """The last day that counts, in words."""
    if ends_on is None:
        return _("Until you end it")
    return _("Until %(day)s") % {"day": date_format(ends_on - timedelta(days=1), "DATE_FORMAT")}
