"""The day list as it is printed: one row a visit, with what a clinician must see first and one thing to do."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from oncology_clinic.accounts import people
from oncology_clinic.accounts.places import STATES
from oncology_clinic.crypto.fields import reveal
from visits.models import Appointment
from visits.presenters import catalogue, decisions, times
from visits.presenters.visits import age
from visits.rules.states import State
from visits.selectors.day import Day, DayRow, TakenRow, WaitingAlert

ICONS = {"in_person": "building-2", "video": "video", "audio": "phone", "async": "message-square", "rpm": "activity"}
DONE, ASKED = "done", "asked"  # how far the screens before a visit are
_COVERAGE = {
    "covered": "ok",
    "prior_auth_required": "warn",
    "not_covered": "warn",
    "unknown_needs_review": "warn",
}


def page(day: Day, *, now: datetime, said: str = "") -> dict[str, Any]:
    """The whole page. `said`: the counts a page already shown has told; new ones are told again, once."""
    today = now.astimezone(ZoneInfo(day.zone)).date()
    rows = _rows(day, now=now)
    counts = _counts(day, is_today=day.on == today)
    told = ".".join(str(count["number"]) for count in counts)
    return {
        "title": _("Today’s visits") if day.on == today else _("Visits"),
        "sub": " · ".join(part for part in (_day_words(day.on), _whose(day)) if part),
        "counts": counts,
        "rows": rows,
        "alerts": _alerts(day),
        "columns": columns(),
        "caption": _("Visits of %(day)s") % {"day": times.day_of(day.on)},
        "links": _links(day, today=today),
        "colleagues": _colleagues(day),
        "on": day.on.isoformat(),
        "clinician": str(day.clinician.id) if day.clinician and day.colleagues else "",
        "here": _address(day.on, day),
        "poll": _address(day.on, day, mark=day.mark, said=told),
        "change": _said(counts) if said and said != told else "",
    }


def columns() -> list[str]:
    return [_("Time"), _("Patient"), _("Visit"), _("Location"), _("Pain, last 6"), _("Distress, last 6"), _("Status")]


def needs_call(alert: WaitingAlert) -> bool:
    """Somebody must talk to this patient, and nobody has begun to."""
    return alert.status == "open" and (alert.kind in ("callback", "emergency") or alert.severity == "urgent")


# -- the head of the page ------------------------------------------------------------------------


def _counts(day: Day, *, is_today: bool) -> list[dict[str, Any]]:
    waiting = sum(row.appointment.status == State.checked_in for row in day.rows)
    calls = len({row.appointment.patient_id for row in day.rows if any(map(needs_call, row.alerts))})
    visits = len(day.rows) + len(day.taken)
    return [
        {"number": waiting, "label": _("waiting now")},
        {"number": calls, "label": ngettext("needs a call back", "need a call back", calls)},
        {
            "number": visits,
            "label": ngettext("visit today", "visits today", visits)
            if is_today
            else ngettext("visit", "visits", visits),
        },
    ]


def _said(counts: list[dict[str, Any]]) -> str:
    return ", ".join(f"{count['number']} {count['label']}" for count in counts) + "."


def _day_words(on: date) -> str:
    return str(formats.date_format(on, _("l, F j")))


def _whose(day: Day) -> str:
    return day.clinician.display_name if day.clinician else _("All clinicians")


def _links(day: Day, *, today: date) -> list[dict[str, Any]]:
    before, after = day.on - timedelta(days=1), day.on + timedelta(days=1)
    links: list[dict[str, Any]] = [
        {
            "href": _address(before, day),
            "icon": "chevron-left",
            "label": _("Day before"),
            "rel": "prev",
            "is_before": True,
        },
        {
            "href": _address(after, day),
            "icon": "chevron-right",
            "label": _("Next day"),
            "rel": "next",
            "is_after": True,
        },
    ]
    if day.on != today:
        links.insert(1, {"href": _address(today, day), "icon": "", "label": _("Today"), "rel": ""})
    return links


def _address(on: date, day: Day, **more: str) -> str:
    query = {"on": on.isoformat()}
    if day.clinician is not None and day.colleagues:
        query["clinician"] = str(day.clinician.id)
    return f"{reverse('visits:day')}?{urlencode({**query, **more})}"


def _colleagues(day: Day) -> list[dict[str, Any]]:
    chosen = day.clinician.id if day.clinician else None
    return [{"value": str(one.id), "label": one.display_name, "is_chosen": one.id == chosen} for one in day.colleagues]


def _alerts(day: Day) -> list[dict[str, str]]:
    """Who must be called, above the list: seen however long the day is."""
    found: dict[UUID, dict[str, str]] = {}
    for row in day.rows:
        alert = next(filter(needs_call, row.alerts), None)
        if alert is not None:
            name = people.listed_name(row.appointment.patient)
            found.setdefault(
                row.appointment.patient_id,
                {
                    "href": reverse("screening:alert", kwargs={"alert_id": alert.id}),
                    "name": name,
                    "what": _alert_words(alert, day=day),
                },
            )
    return list(found.values())


# -- rows --------------------------------------------------------------------------------------


def _rows(day: Day, *, now: datetime) -> list[dict[str, Any]]:
    current = _current(day)
    rows = [(one.appointment.starts_at, _row(one, day=day, current=current, now=now)) for one in day.rows]
    names = {one.id: one.display_name for one in day.colleagues}
    rows += [(one.starts_at, _taken(one, day=day, names=names)) for one in day.taken]
    return [row for _at, row in sorted(rows, key=lambda pair: (pair[0], str(pair[1]["id"])))]


def _current(day: Day) -> UUID | None:
    """The visit that goes on; else the patient who has waited longest."""
    running = [one for one in day.rows if one.appointment.status == State.in_progress]
    waiting = [one for one in day.rows if one.appointment.status == State.checked_in]
    first = min(running or waiting, key=lambda one: one.since or one.appointment.starts_at, default=None)
    return first.appointment.id if first else None


def _row(row: DayRow, *, day: Day, current: UUID | None, now: datetime) -> dict[str, Any]:
    """One visit. Opens the patient's name, birth date and diagnosis."""
    one = row.appointment
    patient = one.patient
    name = people.listed_name(patient)
    about = [str(age(patient, on=day.on)), reveal(patient.diagnosis) or _("no diagnosis on file")]
    return {
        "id": one.id,
        "is_current": one.id == current,
        "time": times.clock(one.starts_at, zone=day.zone),
        "minutes": minutes(one),
        "name": name,
        "chart": reverse("visits:chart", kwargs={"patient_id": one.patient_id}),
        "about": " · ".join(about),
        "service": catalogue.label(one.service),
        "icon": ICONS.get(one.modality, "calendar"),
        "how": decisions.modality(one.modality),
        "detail": "" if day.clinician else one.clinician.display_name,
        "location": location(one),
        "pain": row.trend.pain if row.trend else [],
        "distress": row.trend.distress if row.trend else [],
        "tags": _tags(row, day=day, now=now),
        "act": _act(row, name=name, is_current=one.id == current, day=day, now=now),
    }


def _taken(row: TakenRow, *, day: Day, names: dict[UUID, str]) -> dict[str, Any]:
    length = int((row.ends_at - row.starts_at).total_seconds() // 60)
    words = {"count": length, "clinician": names.get(row.clinician_id, _("a colleague"))}
    return {
        "id": row.id,
        "is_taken": True,
        "time": times.clock(row.starts_at, zone=day.zone),
        "words": _("%(count)d min with %(clinician)s. A patient who is not in your care.") % words,
    }


def minutes(one: Appointment) -> str:
    return _("%(count)d min") % {"count": int((one.ends_at - one.starts_at).total_seconds() // 60)}


def location(one: Appointment) -> dict[str, str]:
    """Where the patient will be, and whether the plan pays there."""
    is_here = one.modality == "in_person"
    if not is_here and not one.patient_location:
        return {"text": _("Location not given"), "tone": "warn"}
    place = _("In clinic") if is_here else STATES.get(one.patient_location, one.patient_location)
    if one.coverage_check is None:
        return {"text": place}
    words = {
        "covered": _("covered"),
        "prior_auth_required": _("needs approval"),
        "not_covered": _("not covered"),
        "unknown_needs_review": _("check rule"),
    }.get(one.coverage_check.status, "")
    tone = _COVERAGE.get(one.coverage_check.status, "")
    return {"text": ", ".join(part for part in (place, words) if part), **({"tone": tone} if tone else {})}


# -- status and the one thing to do ---------------------------------------------------------------


def _tags(row: DayRow, *, day: Day, now: datetime) -> list[dict[str, str]]:
    """An alert stands in the place of a status that says nothing yet; beside one that does."""
    one = row.appointment
    tags = [_status(row, day=day, now=now)]
    if row.alerts:
        said = _alert_tag(row.alerts[0], day=day)
        tags = [said] if one.status == State.booked else [*tags, said]
    return tags


def _status(row: DayRow, *, day: Day, now: datetime) -> dict[str, str]:
    one = row.appointment
    if one.status == State.requested and one.request_due_at:
        return {"text": _("Decide by %(when)s") % {"when": _when(one.request_due_at, day=day)}, "tone": "warn"}
    if one.status == State.checked_in:
        return {"text": _("Waiting %(count)d min") % {"count": _waited(row, now=now)}, "tone": "brand"}
    if one.status == State.in_progress:
        return {"text": _("In visit %(count)d min") % {"count": _waited(row, now=now)}, "tone": "brand"}
    if one.status == State.completed:
        return {"text": _("Done")}
    if one.status == State.missed:
        return {"text": _("Missed")}
    if one.ends_at <= now:
        return {"text": _("Not closed"), "tone": "warn"}
    if row.screens == DONE:
        return {"text": _("Questions done"), "tone": "ok"}
    return {"text": _("Questions open") if row.screens == ASKED else _("Booked")}


def _waited(row: DayRow, *, now: datetime) -> int:
    return max(int((now - (row.since or row.appointment.starts_at)).total_seconds() // 60), 0)


def _alert_tag(alert: WaitingAlert, *, day: Day) -> dict[str, str]:
    tone = {"urgent": "urgent", "soon": "warn"}.get("urgent" if needs_call(alert) else alert.severity, "")
    return {"text": _alert_words(alert, day=day), **({"tone": tone} if tone else {})}


def _alert_words(alert: WaitingAlert, *, day: Day) -> str:
    if alert.status == "acknowledged":
        return _("Being handled")
    if alert.kind == "emergency":
        return _("Emergency answer")
    if alert.kind == "callback":
        return _("Call back by %(when)s") % {"when": _when(alert.due_at, day=day)}
    if alert.severity == "urgent":
        return _("Call today") if _local(alert.due_at, day).date() <= day.on else _("Urgent answers")
    return _("High answers")


def _when(moment: datetime, *, day: Day) -> str:
    """The clock on the day shown; the weekday beside it on another."""
    clock = times.clock(moment, zone=day.zone)
    local = _local(moment, day)
    return clock if local.date() == day.on else f"{formats.date_format(local, 'D')} {clock}"


def _local(moment: datetime, day: Day) -> datetime:
    return moment.astimezone(ZoneInfo(day.zone))


def _act(row: DayRow, *, name: str, is_current: bool, day: Day, now: datetime) -> dict[str, str]:
    """The next step of this visit: a link (`href`), or a button that posts there (`post`)."""
    one = row.appointment
    about = _("for %(name)s") % {"name": name}
    kind = "is-small" if is_current else "is-quiet is-small"
    quiet = {"kind": "is-quiet is-small", "about": about}
    here = {"appointment_id": one.id}
    if one.status == State.in_progress:
        return {
            "label": _("Finish visit"),
            "post": reverse("visits:finish_visit", kwargs=here),
            "kind": kind,
            "about": about,
        }
    if one.status == State.checked_in:
        return {
            "label": _("Start visit"),
            "post": reverse("visits:begin_visit", kwargs=here),
            "kind": kind,
            "about": about,
        }
    alert = next(filter(needs_call, row.alerts), None)
    if alert is not None:
        return {"label": _("Open alert"), "href": reverse("screening:alert", kwargs={"alert_id": alert.id}), **quiet}
    if one.status == State.requested:
        return {"label": _("Decide"), "href": reverse("visits:request", kwargs=here), **quiet}
    if one.status == State.booked and one.ends_at <= now:
        return {"label": _("Close visit"), "href": reverse("visits:close_visit", kwargs=here), **quiet}
    if one.status == State.booked and day.on == _local(now, day).date():
        return {"label": _("Check in"), "post": reverse("visits:check_in", kwargs=here), **quiet}
    return {}
