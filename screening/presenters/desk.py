"""What the care teams' pages print, prepared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from oncology_clinic.accounts import people
from oncology_clinic.crypto.fields import reveal
from screening import wording
from screening.models import Alert, AlertEvent, AlertStatus, Screen
from screening.rules import instrument
from screening.rules.instrument import words
from screening.services.reading import OneAlert
from screening.wording import answer_words, screen_name


def worklist(found: Sequence[Alert], *, now: datetime) -> dict[str, Any]:
    """The alerts that wait, sickest first."""
    late = sum(alert.due_at <= now for alert in found)
    return {
        "columns": [_("Patient"), _("How soon"), _("What"), _("Waiting"), _("Due"), _("Owner"), ""],
        "rows": [{"cells": _alert_cells(alert, now=now)} for alert in found],
        "counts": [
            {"number": len(found), "label": _("waiting")},
            {"number": late, "label": _("past their time")},
        ],
    }


def _alert_cells(alert: Alert, *, now: datetime) -> list[dict[str, Any]]:
    name = people.listed_name(alert.patient)
    href = reverse("screening:alert", kwargs={"alert_id": alert.id})
    return [
        {"strong": name, "href": href, "label": _("Patient"), "is_wide": True},
        {"tag": severity_tag(alert), "label": _("How soon")},
        {"text": what(alert), "label": _("What"), "is_wide": True},
        {"text": wording.age(alert.opened_at, now=now), "label": _("Waiting")},
        {"text": due_words(alert, now=now), "label": _("Due")},
        {"text": owner_words(alert), "sub": alert.get_status_display(), "label": _("Owner")},
        {
            "action": {
                "label": pgettext("button", "Open"),
                "href": href,
                "about": _("alert of %(name)s") % {"name": name},
            }
        },
    ]


def severity_tag(alert: Alert) -> dict[str, str]:
    tag = {"text": str(alert.get_severity_display())}
    tone = wording.SEVERITY_TONES.get(alert.severity)
    return {**tag, "tone": tone} if tone else tag


def what(alert: Alert) -> str:
    """What the alert asks for, in staff words."""
    return wording.actions(reveal(alert.actions) or []) or str(alert.get_kind_display())


def due_words(alert: Alert, *, now: datetime) -> str:
    when = wording.day_and_time(alert.due_at)
    return _("%(when)s, past its time") % {"when": when} if alert.due_at <= now else when


def owner_words(alert: Alert) -> str:
    return alert.owner.username if alert.owner else _("Nurse coordinators")


def one_alert(found: OneAlert, *, now: datetime) -> dict[str, Any]:
    """An alert with the answers behind it, its history and what may be done."""
    alert = found.alert
    name = people.listed_name(alert.patient)
    return {
        "title": name,
        "eyebrow": str(alert.get_kind_display()),
        "severity": severity_tag(alert),
        "facts": [
            {"key": _("What to do"), "value": what(alert)},
            *_told(alert),
            {"key": _("Due"), "value": due_words(alert, now=now)},
            {"key": _("Waiting for"), "value": wording.age(alert.opened_at, now=alert.closed_at or now)},
            {"key": _("Owner"), "value": owner_words(alert)},
            {"key": _("State"), "value": str(alert.get_status_display())},
        ],
        "screens": [
            _screen_card(screen) for screen in sorted(found.screens, key=lambda one: one.id != alert.screen_id)
        ],
        "trends": _trend_lines(found),
        "history": [_event_line(event) for event in alert.events.all()],
        "can_acknowledge": alert.status == AlertStatus.open,
        "is_live": alert.status != AlertStatus.closed,
        "alert_id": alert.id,
        "patient_id": alert.patient_id,
        "back_href": reverse("screening:alerts"),
    }


def _told(alert: Alert) -> list[dict[str, str]]:
    code = reveal(alert.note_code)
    return [{"key": _("What was said"), "value": str(code).replace("_", " ")}] if code else []


def _trend_lines(found: OneAlert) -> list[dict[str, Any]]:
    kinds = [(_("Pain"), found.trend.pain), (_("Distress"), found.trend.distress)]
    return [{"label": label, "values": values} for label, values in kinds if values]


def _screen_card(screen: Screen) -> dict[str, Any]:
    asked = instrument.get(screen.instrument)
    answers: list[int | None] = reveal(screen.answers)
    rows = [
        {"key": words(item.text, language=get_language() or "en"), "value": answer_words(asked, answer)}
        for item, answer in zip(asked.items, answers, strict=True)
    ]
    return {"title": screen_name(asked.id), "sub": score_words(screen), "rows": rows}


def score_words(screen: Screen) -> str:
    """ "7, severe. Answered by the patient.", or "Not scored. ..." """
    score, band = reveal(screen.score), reveal(screen.band)
    named = str(wording.BANDS[band]) if band else ""
    number = "" if score is None else f"{score.normalize():f}"
    scored = ", ".join(part for part in (number, named.lower() if number else named) if part)
    return f"{scored}. {screen.get_mode_display()}."


def _event_line(event: AlertEvent) -> dict[str, str]:
    line = {
        "icon": "clock",
        "text": f"{wording.day_and_time(event.at)}: {event.get_kind_display()}, {event.actor_label}.",
    }
    note = reveal(event.note)
    return {**line, "strong": note} if note else line
