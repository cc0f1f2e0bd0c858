"""A chart as it is printed: facts, visits, answers over time, decisions with their reasons, coverage."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from oncology_clinic.accounts import people
from oncology_clinic.accounts.models import Patient
from oncology_clinic.accounts.places import STATES
from oncology_clinic.crypto.fields import reveal
from screening.services.summaries import ScreenSummary
from visits.models import Appointment, RoutingDecision
from visits.presenters import catalogue, decisions, facts_words, times
from visits.presenters.day import ICONS, minutes
from visits.presenters.visits import age, status
from visits.rules.states import State
from visits.services.chart import Chart

STANDING = (State.requested, State.booked, State.checked_in, State.in_progress)
PAST_SHOWN = 8


def page(found: Chart, *, now: datetime) -> dict[str, Any]:
    zone = settings.CLINIC_TIME_ZONE
    today = now.astimezone(ZoneInfo(zone)).date()
    patient = found.patient
    name = people.listed_name(patient)
    coming = [one for one in reversed(found.visits) if one.status in STANDING]
    past = [one for one in found.visits if one.status not in STANDING]
    return {
        "title": name,
        "sub": " · ".join(_about(patient, today=today)),
        "book_href": reverse("visits:book_for", kwargs={"patient_id": patient.id}),
        "who": _who(patient, name=name),
        "care": _care(found, today=today),
        "alerts": [_alert(alert, zone=zone) for alert in found.alerts],
        "alert_tone": _alert_tone(found),
        "coming": [_coming(one, now=now) for one in coming],
        "past": [_past(one) for one in past[:PAST_SHOWN]],
        "trends": [
            {"label": _("Pain"), "values": found.trend.pain},
            {"label": _("Distress"), "values": found.trend.distress},
        ],
        "screens": [_screen(one, zone=zone) for one in found.screens],
        "decisions": [_decision(one, zone=zone) for one in found.decisions],
        "plan": found.coverage.plan or _("No plan on file"),
        "coverage": [
            {
                "when": _moment(one.at, zone=zone),
                "how": one.how,
                "href": reverse("billing:answer", kwargs={"check_id": one.id}),
                "tag": {"text": one.headline, **({"tone": one.tone} if one.tone else {})},
            }
            for one in found.coverage.answers
        ],
    }


def _about(patient: Patient, *, today: date) -> list[str]:
    said = [_("%(age)d years") % {"age": age(patient, on=today)}, reveal(patient.diagnosis) or ""]
    pronouns = reveal(patient.pronouns)
    return [part for part in (*said, pronouns or "") if part]


def _who(patient: Patient, *, name: str) -> list[dict[str, str]]:
    born: date = reveal(patient.birth_date)
    legal = str(reveal(patient.legal_name))
    rows = [
        (_("Legal name"), legal if legal != name else ""),
        (_("Born"), str(formats.date_format(born, _("F j, Y")))),
        (_("Phone"), reveal(patient.phone) or ""),
        (_("Email"), reveal(patient.email) or ""),
        (_("Language"), _language(patient)),
        (_("Lives in"), STATES.get(patient.home_state, patient.home_state)),
    ]
    return [{"key": key, "value": value} for key, value in rows if value]


def _language(patient: Patient) -> str:
    words = str(dict(settings.LANGUAGES).get(patient.language, patient.language))
    return _("%(language)s, needs an interpreter") % {"language": words} if patient.needs_interpreter else words


def _care(found: Chart, *, today: date) -> list[dict[str, str]]:
    patient = found.patient
    therapy_on: date | None = reveal(patient.last_systemic_therapy_on)
    examined_on: date | None = reveal(patient.last_in_person_exam_on)
    neutrophils = reveal(patient.neutrophils_per_ul)
    rows = [
        (_("Diagnosis"), reveal(patient.diagnosis) or _("None on file")),
        (_("Therapy"), _therapy(reveal(patient.therapy_kind) or "")),
        (_("Last cancer medicine"), _day(therapy_on)),
        (_("Last exam in person"), _day(examined_on)),
        (
            _("Neutrophils"),
            _("%(count)s per µL") % {"count": formats.number_format(neutrophils)} if neutrophils else "",
        ),
        (_("Plan"), found.coverage.plan or _("No plan on file")),
    ]
    return [{"key": key, "value": value} for key, value in rows if value]


def _therapy(kind: str) -> str:
    return {
        "iv": _("Infusion"),
        "oral": _("Medicine by mouth"),
        "surveillance": _("Follow-up without medicine"),
        "none": _("None now"),
    }.get(kind, "")


def _day(on: date | None) -> str:
    return str(formats.date_format(on, _("F j, Y"))) if on else ""


def _moment(at: datetime, *, zone: str) -> str:
    day = formats.date_format(at.astimezone(ZoneInfo(zone)), _("M j, Y"))
    return _("%(day)s, %(time)s") % {"day": day, "time": times.clock(at, zone=zone)}


def _alert(alert: Any, *, zone: str) -> dict[str, Any]:
    words = {"kind": alert.get_kind_display(), "severity": alert.get_severity_display().lower()}
    said = {"state": alert.get_status_display().lower(), "due": times.brief(alert.due_at, zone=zone)}
    return {
        "name": _("%(kind)s, %(severity)s") % words,
        "what": _("%(state)s, due %(due)s") % said,
        "href": reverse("screening:alert", kwargs={"alert_id": alert.id}),
    }


def _alert_tone(found: Chart) -> str:
    """As the sickest of them."""
    severity = found.alerts[0].severity if found.alerts else ""
    return {"urgent": "is-urgent", "soon": "is-warn"}.get(severity, "is-neutral")


# -- visits --------------------------------------------------------------------------------------


def _coming(one: Appointment, *, now: datetime) -> dict[str, Any]:
    zone = one.site.time_zone
    local = one.starts_at.astimezone(ZoneInfo(zone))
    return {
        "month": formats.date_format(local, "M"),
        "day": local.day,
        "title": catalogue.label(one.service),
        "when": _("%(day)s, %(time)s")
        % {"day": times.day(one.starts_at, zone=zone), "time": times.clock(one.starts_at, zone=zone)},
        "how": " · ".join((decisions.modality(one.modality), minutes(one), one.clinician.display_name)),
        "icon": ICONS.get(one.modality, "calendar"),
        "tag": {"text": status(one.status), **_tone(one.status)},
        "actions": _actions(one, now=now),
    }


def _tone(value: str) -> dict[str, str]:
    tone = {State.requested: "warn", State.checked_in: "brand", State.in_progress: "brand", State.completed: "ok"}
    found = tone.get(State(value))
    return {"tone": found} if found else {}


def _actions(one: Appointment, *, now: datetime) -> list[dict[str, str]]:
    here = {"appointment_id": one.id}
    is_today = (
        one.starts_at.astimezone(ZoneInfo(one.site.time_zone)).date()
        <= now.astimezone(ZoneInfo(one.site.time_zone)).date()
    )
    kind = "is-quiet is-small"
    found: list[dict[str, str]] = []
    if one.status == State.requested:
        found.append({"label": _("Decide"), "href": reverse("visits:request", kwargs=here), "kind": kind})
    if one.status == State.booked and is_today:
        found.append({"label": _("Check in"), "post": reverse("visits:check_in", kwargs=here), "kind": kind})
    if one.status == State.checked_in:
        found.append({"label": _("Start visit"), "post": reverse("visits:begin_visit", kwargs=here), "kind": kind})
    if one.status == State.in_progress:
        found.append({"label": _("Finish visit"), "post": reverse("visits:finish_visit", kwargs=here), "kind": kind})
    if one.status in (State.booked, State.checked_in, State.in_progress) and one.starts_at <= now:
        found.append(
            {"label": _("Did not take place"), "href": reverse("visits:close_visit", kwargs=here), "kind": kind}
        )
    about = catalogue.label(one.service)
    return [{**action, "about": about} for action in found]


def _past(one: Appointment) -> dict[str, Any]:
    local = one.starts_at.astimezone(ZoneInfo(one.site.time_zone))
    return {
        "when": formats.date_format(local, _("M j, Y")),
        "what": catalogue.label(one.service),
        "icon": ICONS.get(one.modality, "calendar"),
        "how": decisions.modality(one.modality),
        "who": one.clinician.display_name,
        "tag": {"text": status(one.status), **_tone(one.status)},
    }


# -- answers and decisions -------------------------------------------------------------------------


def _screen(one: ScreenSummary, *, zone: str) -> dict[str, Any]:
    score = ", ".join(part for part in (one.score, one.band.lower() if one.score else one.band) if part)
    return {
        "name": one.name,
        "when": _moment(one.completed_at, zone=zone),
        "score": score or _("Not scored"),
        "mode": one.mode,
        "lines": [{"key": key, "value": value} for key, value in one.lines],
    }


def _decision(one: RoutingDecision, *, zone: str) -> dict[str, Any]:
    told = decisions.stored_as_json(one)
    final = one.final_modality or one.computed_modality
    return {
        "title": catalogue.label(one.service),
        "when": _moment(one.decided_at, zone=zone),
        "sentence": told["sentence"],
        "outcome": decisions.modality(final) if final else "",
        "changed": _changed(one),
        "reasons": [{"text": r["text"], "source": r["source"], "href": r["url"]} for r in told["reasons"]],
        "facts": facts_words.rows(one),
        "revision": one.catalogue_revision[:12],
    }


def _changed(one: RoutingDecision) -> str:
    """Where a person decided otherwise: who, from what, and why."""
    why = reveal(one.why)
    if not why:
        return ""
    who = one.decided_by.username if one.decided_by else _("somebody")
    computed = decisions.modality(one.computed_modality) if one.computed_modality else _("none")
    return _("Decided by %(who)s. The rules had: %(computed)s. Why: %(why)s") % {
        "who": who,
        "computed": computed.lower(),
        "why": why,
    }
