"""A patient's visits in words: the home, one visit, the proof after booking, and what comes next."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from billing.services import words as coverage_words
from caregivers.selectors import PersonHelped
from oncology_clinic.accounts.places import STATES
from oncology_clinic.crypto.fields import reveal
from visits.models import Appointment
from visits.presenters import catalogue, decisions, free_times, times, visits
from visits.presenters.booking import ICONS, minutes, modality_tag, reasons_shown
from visits.rules import catalogue as rules_catalogue
from visits.rules.states import State
from visits.selectors.patient_pages import Home, Questions, Seen
from visits.services.offering import Moving

FOLLOW_UPS = ("results-review", "survivorship-followup")  # offered in one press where nothing is there to repeat
QUICK = 2


def address(name: str, appointment: Appointment, *, at: str = "") -> str:
    return reverse(f"visits:{name}", kwargs={"appointment_id": appointment.id}) + (f"#{at}" if at else "")


# -- the home ---------------------------------------------------------------------------------------


def home(found: Home, *, now: datetime) -> dict[str, Any]:
    """The next visit with its steps, the others to come, those that were, and ways to book."""
    person = found.person
    first, others = (found.coming[0], found.coming[1:]) if found.coming else (None, [])
    return {
        "acting_for": person.name if person else "",
        "title": _("Visits of %(name)s") % {"name": person.name} if person else _("Your visits"),
        "next": _next(first, found=found, now=now) if first else None,
        "coming": [_small(one, now=now) for one in others],
        "past": [_past(one) for one in found.past],
        "book_href": _choose_href(person),
        "book_kind": "is-quiet" if first else None,  # one primary button a page
        "patient": str(person.patient_id) if person else "",
        "quick": _quick(found),
        "people_href": reverse("visits:home") if person else "",
    }


def _choose_href(person: PersonHelped | None) -> str:
    if person is None:
        return reverse("visits:choose")
    return reverse("visits:choose_for", kwargs={"patient_id": person.patient_id})


def _next(one: Appointment, *, found: Home, now: datetime) -> dict[str, Any]:
    asked = found.questions.get(one.id)
    return {
        **card(one),
        "title": _("Your next visit") if found.person is None else _("The next visit"),
        "steps": steps(one, asked=asked, may_answer=found.may_answer),
        "note": note(one, now=now),
        "actions": [
            {"label": _("See this visit"), "href": address("visit", one)},
            *_changes(one, now=now),
        ],
    }


def _changes(one: Appointment, *, now: datetime) -> list[dict[str, str]]:
    if not can_change(one, now=now):
        return []
    about = _about(one)
    return [
        {"label": _("Change the time"), "href": address("move", one), "kind": "is-quiet", "about": about},
        {"label": _("Cancel"), "href": address("cancel", one), "kind": "is-quiet", "about": about},
    ]


def can_change(one: Appointment, *, now: datetime) -> bool:
    return one.status in (State.booked, State.requested) and one.starts_at > now


def _small(one: Appointment, *, now: datetime) -> dict[str, Any]:
    shown = card(one)
    shown.pop("lines")
    return {
        **shown,
        "title": catalogue.label(one.service),
        "actions": [
            {"label": _("See this visit"), "href": address("visit", one), "kind": "is-quiet", "about": _about(one)}
        ],
    }


def _past(one: Appointment) -> dict[str, str]:
    return {
        "label": catalogue.label(one.service),
        "when": times.day(one.starts_at, zone=one.site.time_zone),
        "status": visits.status(one.status),
        "href": address("visit", one),
        "service": one.service if _can_repeat(one) else "",
        "clinician": str(one.clinician_id),
    }


def _about(one: Appointment) -> str:
    words = {"visit": catalogue.label(one.service), "day": times.day(one.starts_at, zone=one.site.time_zone)}
    return _("%(visit)s on %(day)s") % words


def _can_repeat(one: Appointment) -> bool:
    service = rules_catalogue.load().services.get(one.service)
    return one.status == State.completed and service is not None and service.minutes is not None


def _quick(found: Home) -> list[dict[str, str]]:
    """At most two services booked in one press: those had last, with the same clinician, else the usual ones."""
    quick: dict[str, dict[str, str]] = {}
    for one in found.past:
        if _can_repeat(one):
            label = _("%(visit)s again") % {"visit": catalogue.label(one.service)}
            quick.setdefault(
                one.service,
                {"service": one.service, "clinician": str(one.clinician_id), "label": label, "hint": _with(one)},
            )
    for slug in FOLLOW_UPS:
        quick.setdefault(slug, {"service": slug, "clinician": "", "label": catalogue.label(slug), "hint": ""})
    return list(quick.values())[:QUICK]


def _with(one: Appointment) -> str:
    return _("with %(name)s") % {"name": one.clinician.display_name}


def people(found: list[PersonHelped]) -> dict[str, Any]:
    """Whom a caregiver acts for, to choose one."""
    return {
        "people": [
            {"name": one.name, "href": reverse("visits:home_for", kwargs={"patient_id": one.patient_id})}
            for one in found
        ]
    }


# -- one visit ----------------------------------------------------------------------------------------


def card(one: Appointment) -> dict[str, Any]:
    """The visit card: day, time in both zones where they differ, who, where, how."""
    site, zone = visits.site_entry(one.site), one.site.time_zone
    local = one.starts_at.astimezone(ZoneInfo(zone)).date()
    length = int((one.ends_at - one.starts_at).total_seconds() // 60)
    own = free_times.own_clock(one.starts_at, zone=zone, patient_zone=one.patient_time_zone)
    return {
        "title": catalogue.label(one.service),
        "tag": _tag(one),
        "month": formats.date_format(local, "M"),
        "day": str(local.day),
        "date": formats.date_format(local, _("l, F j")),
        "time": times.at_site(one.starts_at, site=site),
        "length": " · ".join(part for part in (own, minutes(length)) if part),
        "lines": lines(one),
    }


def _tag(one: Appointment) -> dict[str, str]:
    if one.status == State.requested:
        return {"text": _("Waiting for a decision"), "tone": "warn", "icon": "clock"}
    if one.status in (State.booked, State.checked_in, State.in_progress):
        return {"text": modality_tag(one.modality), "tone": "brand", "icon": ICONS.get(one.modality, "calendar")}
    return {"text": visits.status(one.status)}


def lines(one: Appointment) -> list[dict[str, str]]:
    team = one.clinician.team
    who = (
        _("%(name)s, %(team)s") % {"name": one.clinician.display_name, "team": team}
        if team
        else one.clinician.display_name
    )
    shown = [
        {"icon": "calendar", "text": catalogue.label(one.service)},
        {"icon": "stethoscope", "text": who},
    ]
    if one.status == State.requested:
        shown.append({"icon": "map-pin", "text": _("A clinician decides where this visit is.")})
    elif one.modality == "in_person":
        shown.append({"icon": "map-pin", "text": visits.place(one)})
    else:
        state = STATES.get(one.patient_location, "")
        text = _("You told us you will be in") if state else _("From where you are")
        shown.append({"icon": "map-pin", "text": text, **({"strong": f"{state}."} if state else {})})
    return shown


def steps(one: Appointment, *, asked: Questions | None, may_answer: bool) -> list[dict[str, Any]]:
    """What is done and what comes next."""
    shown: list[dict[str, Any]] = [{"label": _("Choose a time"), "is_done": True}]
    if asked is not None and (asked.is_done or asked.is_open):
        step: dict[str, Any] = {
            "label": _("How are you feeling?"),
            "is_done": asked.is_done,
            "is_current": asked.is_open,
        }
        if asked.is_open:
            step["hint"] = _("A few questions, about 2 minutes")
            if may_answer:
                step["href"] = reverse("screening:start", kwargs={"request_id": asked.id})
        shown.append(step)
    shown.append({"label": _("Have your visit"), "hint": _how_short(one)})
    return shown


def _how_short(one: Appointment) -> str:
    if one.status == State.requested:
        return _("Once a clinician has decided")
    return {
        "in_person": _("Come 10 minutes early"),
        "video": _("By video, from where you are"),
        "audio": _("We call you by phone"),
    }.get(one.modality, decisions.modality(one.modality))


def note(one: Appointment, *, now: datetime) -> dict[str, str]:
    """How the visit will happen: only what is so."""
    phone = settings.CLINIC_PHONE
    if one.status == State.requested:
        return {"text": visits.next_step(one), "icon": "clock"}
    if one.modality == "in_person":
        return {
            "text": _("If you cannot come, change the time here or call %(phone)s.") % {"phone": phone},
            "icon": "info",
        }
    if one.modality == "audio":
        return {
            "text": _("We call you at the number you gave us. If nobody calls, call us at %(phone)s.")
            % {"phone": phone},
            "icon": "phone",
        }
    return {
        "text": _("This visit is by video. If you do not know how to join, call us at %(phone)s before it begins.")
        % {"phone": phone},
        "icon": "video",
    }


def visit(found: Seen, *, now: datetime) -> dict[str, Any]:
    """One visit: when, who, where, how, why, cost, what next, what can be changed."""
    one = found.appointment
    is_open = one.status in (State.booked, State.requested, State.checked_in, State.in_progress)
    return {
        "acting_for": found.for_whom,
        "eyebrow": visits.status(one.status),
        "title": catalogue.label(one.service),
        "back_href": home_href(one, for_whom=found.for_whom),
        "visit": {**card(one), "title": _("When and where")},
        "note": note(one, now=now) if is_open and one.ends_at > now else None,
        "steps": steps(one, asked=found.questions, may_answer=True) if is_open and one.ends_at > now else [],
        "why": why(one),
        "cost": cost(one),
        "can_change": can_change(one, now=now),
        "is_open": is_open,
        "move_href": address("move", one),
        "cancel_href": address("cancel", one),
        "visit_href": address("visit", one),
        "print_href": address("print", one),
        "ics_href": address("calendar", one),
        "prepare": prepare(one),
        "again": {"service": one.service, "clinician": str(one.clinician_id), "patient": str(one.patient_id)}
        if _can_repeat(one)
        else None,
    }


def home_href(one: Appointment, *, for_whom: str) -> str:
    if for_whom:
        return reverse("visits:home_for", kwargs={"patient_id": one.patient_id})
    return reverse("visits:home")


def why(one: Appointment) -> list[dict[str, str]]:
    """The reasons kept with the decision, each with its source."""
    if one.routing_decision is None:
        return []
    told = decisions.stored_as_json(one.routing_decision)
    return reasons_shown(told["reasons"])


def cost(one: Appointment) -> coverage_words.Words | None:
    """What the plan's rules said, as kept with the visit."""
    check = one.coverage_check
    return coverage_words.of_kept(check, reveal(check.answer)) if check is not None else None


def prepare(one: Appointment) -> list[dict[str, str]]:
    """What to have ready."""
    shown = [{"icon": "check", "text": _("The names of the medicines you take")}]
    shown.append({"icon": "check", "text": _("The questions you want to ask")})
    if one.modality == "in_person":
        shown.append({"icon": "check", "text": _("Your health plan card")})
    else:
        shown.append({"icon": "check", "text": _("A quiet place where nobody can hear you")})
    return shown


def booked(found: Seen, *, now: datetime) -> dict[str, Any]:
    """The proof: it is booked, or asked for; how to keep it; what comes next."""
    one = found.appointment
    is_request = one.status == State.requested
    clinic = {"phone": settings.CLINIC_PHONE}
    text = (
        visits.next_step(one)
        if is_request
        else _("We send you a reminder. If something changes, call %(phone)s.") % clinic
    )
    return {
        **visit(found, now=now),
        "headline": _("We have your request") if is_request else _("Your visit is booked"),
        "text": text,
        "is_request": is_request,
    }


# -- moving it, calling it off ---------------------------------------------------------------------------


def moving(found: Moving, *, now: datetime) -> dict[str, Any]:
    one = found.appointment
    zone = one.patient_time_zone

    def of(query: dict[str, str]) -> str:
        from_query = "&".join(f"{key}={value}" for key, value in query.items())
        return address("move", one) + (f"?{from_query}" if from_query else "") + "#times"

    site = found.times.calendar.sites.get(one.site_id)
    return {
        "acting_for": found.for_whom,
        "eyebrow": catalogue.label(one.service),
        "title": _("Choose another time"),
        "now_words": _("Your visit stays on %(day)s, %(time)s, until you choose another time.")
        % {
            "day": times.day(one.starts_at, zone=site.time_zone if site else zone),
            "time": times.at_site(one.starts_at, site=site) if site else "",
        },
        "back_href": address("visit", one),
        "days": free_times.days(found.times, address=of),
        "groups": free_times.groups(found.times, value=lambda slot: slot.starts_at.isoformat(), patient_zone=zone),
        "day_words": times.day_of(found.times.day) if found.times.day else "",
        "zone_words": free_times.zone_words(found.times, patient_zone=zone),
        "pager": free_times.pager(found.times, address=of, today=now.date()),
        "expected_start": one.starts_at.isoformat(),
        "none_text": _(
            "We have no free time on these days. Look at later days, or call us at %(phone)s and we will find one."
        )
        % {"phone": settings.CLINIC_PHONE},
    }


def cancelling(found: Seen, *, now: datetime) -> dict[str, Any]:
    one = found.appointment
    return {
        "acting_for": found.for_whom,
        "visit": card(one),
        "title": _("Cancel this visit"),
        "can_change": can_change(one, now=now),
        "move_href": address("move", one),
        "back_href": address("visit", one),
    }
