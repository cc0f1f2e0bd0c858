"""Requests that wait for a clinician: the clock, the lean and the reasons."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from oncology_clinic.accounts import people
from oncology_clinic.crypto.fields import reveal
from visits.models import Appointment
from visits.presenters import catalogue, decisions, facts_words, times
from visits.presenters.day import location
from visits.presenters.visits import age, site_entry
from visits.rules.states import State

SOON = timedelta(hours=4)


def page(found: list[Appointment], *, now: datetime) -> dict[str, Any]:
    late = sum(1 for one in found if one.request_due_at is not None and one.request_due_at <= now)
    return {
        "columns": [_("Answer by"), _("Patient"), _("Visit"), _("Location"), _("The rules say"), ""],
        "rows": [{"cells": _cells(one, now=now)} for one in found],
        "counts": [
            {"number": len(found), "label": ngettext("waits", "wait", len(found))},
            {"number": late, "label": _("past their time")},
        ],
    }


def _cells(one: Appointment, *, now: datetime) -> list[dict[str, Any]]:
    name = people.listed_name(one.patient)
    told = decisions.stored_as_json(one.routing_decision) if one.routing_decision else None
    href = reverse("visits:request", kwargs={"appointment_id": one.id})
    first = told["reasons"][0]["text"] if told and told["reasons"] else ""
    return [
        {"strong": answer_by(one), "tag": due_tag(one, now=now), "label": _("Answer by"), "is_wide": True},
        {
            "strong": name,
            "href": reverse("visits:chart", kwargs={"patient_id": one.patient_id}),
            "sub": " · ".join((str(age(one.patient, on=now.date())), reveal(one.patient.diagnosis) or "")).strip(" ·"),
            "label": _("Patient"),
        },
        {
            "text": catalogue.label(one.service),
            "sub": times.brief(one.starts_at, zone=one.site.time_zone),
            "label": _("Visit"),
        },
        {"tag": location(one), "label": _("Location")},
        {"text": facts_words.lean(told["lean"] if told else None)["text"], "sub": first, "label": _("The rules say")},
        {
            "action": {
                "label": _("Decide"),
                "href": href,
                "kind": "is-quiet is-small",
                "about": _("for %(name)s") % {"name": name},
            },
            "is_wide": True,
        },
    ]


def due_tag(one: Appointment, *, now: datetime) -> dict[str, str]:
    """How long is left of what was promised."""
    due = one.request_due_at
    if due is None:
        return {"text": _("No time promised")}
    left = due - now
    if left <= timedelta():
        return {"text": _("Past its time"), "tone": "urgent", "icon": "clock"}
    hours, minutes = divmod(int(left.total_seconds() // 60), 60)
    words = _("%(hours)d h %(minutes)d min left") % {"hours": hours, "minutes": minutes}
    return {"text": words, "icon": "clock", **({"tone": "warn"} if left <= SOON else {})}


def answer_by(one: Appointment) -> str:
    return times.brief(one.request_due_at, zone=one.site.time_zone) if one.request_due_at else ""


def when(one: Appointment) -> str:
    zone = one.site.time_zone
    at = times.at_site(one.starts_at, site=site_entry(one.site))
    return _("%(day)s, %(time)s") % {"day": times.day(one.starts_at, zone=zone), "time": at}


def one_page(one: Appointment, *, can_decide: bool, now: datetime) -> dict[str, Any]:
    """One request with everything its decision rests on."""
    decision = one.routing_decision
    told = decisions.stored_as_json(decision) if decision else None
    name = people.listed_name(one.patient)
    is_open = one.status == State.requested
    return {
        "title": catalogue.label(one.service),
        "eyebrow": name,
        "sub": when(one),
        "back_href": reverse("visits:requests"),
        "due": due_tag(one, now=now) if is_open else None,
        "answer_by": answer_by(one),
        "chart_href": reverse("visits:chart", kwargs={"patient_id": one.patient_id}),
        "about": " · ".join(
            part for part in (str(age(one.patient, on=now.date())), reveal(one.patient.diagnosis) or "") if part
        ),
        "clinician": one.clinician.display_name,
        "location": location(one),
        "lean": facts_words.lean(told["lean"]) if told else None,
        "reasons": _reasons(told["reasons"]) if told else [],
        "tasks": [{"icon": "list-checks", "text": text} for text in decisions.staff_tasks(told["tasks"])]
        if told
        else [],
        "facts": facts_words.rows(decision) if decision else [],
        "is_open": is_open,
        "can_decide": can_decide and is_open,
        "asks_location": not one.patient_location,
    }


def _reasons(found: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"text": one["text"], "source": one["source"], "href": one["url"]} for one in found]
