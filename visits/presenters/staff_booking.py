"""Booking for a patient, as staff read it."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from billing.services import words as coverage_words
from oncology_clinic.accounts import people
from oncology_clinic.actors import Actor
from oncology_clinic.errors import Refusal
from oncology_clinic.forms import NOT_INPUT
from visits.presenters import catalogue, decisions, facts_words
from visits.presenters import times as time_words
from visits.rules.findings import Verdict
from visits.services.offering import local_day
from visits.services.staff_booking import Asking, Offer

NOT_CARRIED = NOT_INPUT | {"start", "patient"}


def choose(asking: Asking) -> dict[str, Any]:
    name = people.listed_name(asking.patient)
    return {
        "name": name,
        "title": _("Book a visit"),
        "back_href": reverse("visits:chart", kwargs={"patient_id": asking.patient.id}),
        "address": reverse("visits:book_for", kwargs={"patient_id": asking.patient.id}),
    }


def clinicians(asking: Asking) -> list[tuple[str, str]]:
    return [(str(one.id), one.name) for one in asking.clinicians]


def first_answers(asking: Asking, *, actor: Actor) -> dict[str, str]:
    """Where the patient lives, and the clinician who asks."""
    working = {one.id for one in asking.clinicians}
    own = {"clinician": str(actor.clinician_id)} if actor.clinician_id in working else {}
    return {"location": asking.patient.home_state, **own}


def script(refusal: Refusal) -> dict[str, Any]:
    """What to say to the patient in an emergency, when that is why."""
    found = refusal.extra.get("script")
    lines = found.get("lines") if isinstance(found, dict) else None
    return {"script": list(lines)} if isinstance(lines, list) else {}


def times(found: Offer, *, given: QueryDict) -> dict[str, Any]:
    considered = found.considered
    routed = considered.routed
    patient = considered.record.patient
    modality = considered.modality_to_keep
    answer = considered.coverage.of(modality)
    said = coverage_words.of(answer)
    after = found.last_day + timedelta(days=1)
    return {
        "name": people.listed_name(patient),
        "address": reverse("visits:book_for", kwargs={"patient_id": patient.id}),
        "title": catalogue.label(considered.service.slug),
        "clinician": considered.clinician.name if considered.clinician else "",
        "how": decisions.modality(modality),
        "is_request": routed.decision is Verdict.case_decision,
        "lean": facts_words.lean(str(routed.lean)) if routed.lean else None,
        "reasons": [{"text": r["text"], "source": r["source"], "href": r["url"]} for r in decisions.reasons(routed)],
        "tasks": [
            {"icon": "list-checks", "text": text} for text in decisions.staff_tasks([str(t) for t in routed.tasks])
        ],
        "coverage": {"text": said.headline, **({"tone": said.tone} if said.tone else {})},
        "coverage_text": said.meaning,
        "choices": [{"icon": "corner-down-right", "text": str(one["text"])} for one in found.choices],
        "is_blocked": bool(found.choices),
        "groups": _groups(found, chosen=given.get("start", "")),
        "hint": _hint(found, zone=patient.time_zone),
        "submit": _("Ask for this time") if routed.decision is Verdict.case_decision else _("Book this time"),
        "none": _("No free time from %(first)s to %(last)s.")
        % {"first": time_words.day_of(found.first_day), "last": time_words.day_of(found.last_day)},
        "later": f"times {after.isoformat()}",
        "carried": [
            {"name": name, "value": value}
            for name, values in given.lists()
            if name not in NOT_CARRIED
            for value in values
        ],
    }


def _groups(found: Offer, *, chosen: str) -> list[dict[str, Any]]:
    return [
        {
            "heading": str(formats.date_format(day, _("l, F j"))),
            "slots": [
                {
                    "value": slot.as_plain()["start"],
                    "label": time_words.clock(slot.starts_at, zone=slot.zone),
                    "is_checked": slot.as_plain()["start"] == chosen,
                }
                for slot in slots
            ],
        }
        for day, slots in groupby(found.slots, key=local_day)
    ]


def _hint(found: Offer, *, zone: str) -> str:
    if not found.slots:
        return ""
    first = found.slots[0]
    words = _("Times are in clinic time (%(zone)s).") % {"zone": time_words.zone_name(first.zone).partition(" (")[0]}
    if time_words.differs(first.starts_at, one=first.zone, other=zone):
        words += " " + _("The patient’s clock is %(zone)s.") % {"zone": time_words.zone_name(zone).partition(" (")[0]}
    return words
