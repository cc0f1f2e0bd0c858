"""The booking wizard in words: what is asked, where the visit would be and why, what it may cost, what to check."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.services import words as coverage_words
from oncology_clinic.accounts.places import STATES
from oncology_clinic.errors import Refusal
from visits.patient_forms import DEVICES, LANGUAGES_SPOKEN, NEEDS, NONE_OF_THESE, TRAVEL, UNKNOWN_PLACE
from visits.presenters import catalogue, decisions, free_times, times
from visits.rules import catalogue as rules_catalogue
from visits.rules import facts, slots
from visits.rules.catalogue import ServiceClass
from visits.rules.findings import Lean, Urgency, Verdict
from visits.selectors.calendar import SiteEntry
from visits.services.commands import Answers
from visits.services.considering import Considered
from visits.services.offering import Asking, Offer, Times
from visits.services.wizard import Choice, Draft

ICONS = {"in_person": "building-2", "video": "video", "audio": "phone", "async": "message-square"}


def address(name: str, draft: Draft, query: dict[str, str] | None = None, *, at: str = "") -> str:
    """A page of the wizard."""
    base = reverse(f"visits:{name}", kwargs={"draft_id": draft.id})
    return base + (f"?{urlencode(query)}" if query else "") + (f"#{at}" if at else "")


def home_href(draft: Draft, *, for_whom: str) -> str:
    return reverse("visits:home_for", kwargs={"patient_id": draft.patient_id}) if for_whom else reverse("visits:home")


# -- the services ---------------------------------------------------------------------------------

_FIRST = (ServiceClass.tele, ServiceClass.case, ServiceClass.hard, ServiceClass.soft)


def shelves() -> list[dict[str, Any]]:
    """The services by shelf; on each, those booked most often first, those that need the most care to read last."""
    known = rules_catalogue.load().services

    def place(one: dict[str, str]) -> int:
        return _FIRST.index(known[one["slug"]].kind)

    return [{**shelf, "services": sorted(shelf["services"], key=place)} for shelf in catalogue.bookable()]


def choose(*, for_whom: str, patient_id: UUID | None) -> dict[str, Any]:
    """The page of services."""
    home = reverse("visits:home_for", kwargs={"patient_id": patient_id}) if for_whom else reverse("visits:home")
    return {
        "shelves": shelves(),
        "back_href": home,
        "patient": str(patient_id) if for_whom else "",
        "acting_for": for_whom,
    }


# -- the questions ------------------------------------------------------------------------------


def questions(found: Asking, *, is_change: bool) -> dict[str, Any]:
    draft = found.draft
    back = address("check", draft) if is_change else home_href(draft, for_whom=found.for_whom)
    return {
        "acting_for": found.for_whom,
        "eyebrow": catalogue.label(draft.service),
        "title": _("First, how do you feel?"),
        "sub": _("If you need help right now, do not wait for a visit: call 911."),
        "back_href": back,
        "back_label": _("Back to your answers") if is_change else _("Back to your visits"),
        "is_change": is_change,
        "more_is_open": is_change or _more_is_told(found),
    }


def _more_is_told(found: Asking) -> bool:
    """Is there something to see among the questions that open on demand?"""
    told = found.draft.answers
    return found.patient.language != "en" or (
        told is not None and bool(_needs(told) or told.cannot_travel or told.barrier)
    )


def questions_again(found: Asking) -> dict[str, Any]:
    """The first values of the question page: what was told on this booking, else what the record knows."""
    draft, patient = found.draft, found.patient
    told = draft.answers
    if told is None:
        return {
            "location": draft.location or patient.home_state or UNKNOWN_PLACE,
            "devices": [
                name
                for name, has in (
                    ("video", patient.has_video),
                    ("bandwidth", patient.has_bandwidth),
                    ("phone", patient.has_phone),
                )
                if has
            ],
            "private_safe_place": "yes",
            "comm_language": patient.language,
            "pref": "",
        }
    return {
        "flags": list(told.flags) or [NONE_OF_THESE],
        "temp_f": draft.temperature,
        "pain_now": "" if told.pain_now is None else str(told.pain_now),
        "pain_new": _yes_no(told.pain_new),
        "location": draft.location or UNKNOWN_PLACE,
        "devices": [name for name in dict(DEVICES) if getattr(told, f"cap_{name}")],
        "private_safe_place": _yes_no(told.private_safe_place),
        "comm_language": told.comm_language,
        "needs": _needs(told),
        "pref": told.pref,
        "travel": [name for name in dict(TRAVEL) if getattr(told, name)],
    }


def _needs(told: Answers) -> list[str]:
    needs = [name for name in dict(NEEDS) if getattr(told, f"comm_{name}", False)]
    return [*needs, "aid_in_clinic"] if told.comm_interpreter == "in_person_only" else needs


def _yes_no(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


# -- where, why, at what cost ---------------------------------------------------------------------


def result(found: Considered, *, draft: Draft) -> dict[str, Any]:
    """The card that says where the visit will be, why (with source), and what it may cost."""
    routed = found.routed
    site = _site(found, start=draft.start)
    return {
        "title": _headline(found),
        "tag": _tag(found),
        "where": _where(found, site=site),
        "next": _next(found),
        "is_same_day": routed.urgency is Urgency.same_day,
        "reasons": reasons_shown(decisions.reasons(routed)),
        "tasks": decisions.patient_tasks(routed),
        "cost": cost(found),
        "choices": choices(found, draft=draft),
    }


def reasons_shown(reasons: list[dict[str, str]]) -> list[dict[str, str]]:
    """Each reason with its source; a state is called by its name, not its two letters."""
    return [{"text": _with_state(one), "source": one["source"], "href": one["url"]} for one in reasons]


def _with_state(reason: dict[str, str]) -> str:
    rule, _colon, state = reason["code"].rpartition(":")
    is_about_state = rule == "legal:not_authorized_in" and state in STATES
    return reason["text"].replace(f" {state} ", f" {STATES[state]} ") if is_about_state else reason["text"]


def _headline(found: Considered) -> str:
    decision = found.routed.decision
    if decision is Verdict.case_decision:
        return _("A clinician will decide")
    if decision is Verdict.blocked:
        return _("We cannot set up this visit this way")
    return {
        "in_person": _("This visit is at the clinic"),
        "video": _("This visit is by video"),
        "audio": _("This visit is by phone"),
        "async": _("This is done by message"),
    }.get(found.modality_to_keep, _("This visit is from where you are"))


def _tag(found: Considered) -> dict[str, str]:
    if found.routed.decision is Verdict.case_decision:
        return {"text": _("To be decided"), "tone": "warn", "icon": "clock"}
    if found.routed.decision is Verdict.blocked:
        return {"text": _("Not this way"), "tone": "warn", "icon": "info"}
    modality = found.modality_to_keep
    return {"text": modality_tag(modality), "tone": "brand", "icon": ICONS.get(modality, "calendar")}


def modality_tag(modality: str) -> str:
    return {
        "in_person": _("In the clinic"),
        "video": _("Video"),
        "audio": _("Phone"),
        "async": _("By message"),
    }.get(modality, decisions.modality(modality))


def _where(found: Considered, *, site: SiteEntry | None) -> str:
    routed, modality = found.routed, found.modality_to_keep
    if routed.decision is Verdict.case_decision:
        lean = _("at the clinic") if routed.lean is Lean.in_person else _("from where you are")
        words = {"hours": settings.REQUEST_ANSWER_HOURS, "lean": lean}
        if routed.lean is None:
            return _("Choose a time. We hold it, and a clinician answers within %(hours)s hours.") % words
        return (
            _(
                "Most of these visits are %(lean)s. Choose a time. We hold it, and a clinician answers "
                "within %(hours)s hours."
            )
            % words
        )
    if modality == "in_person":
        return ", ".join(part for part in (site.name, site.address) if part) if site else _("At the clinic")
    if modality == "audio":
        return _("We call you by phone. Stay where you are.")
    if modality == "async":
        return _("You do not need to be anywhere at a set time.")
    place = STATES.get(found.location, found.location)
    return _("From where you will be, in %(state)s.") % {"state": place}


def _next(found: Considered) -> str:
    if found.routed.urgency is Urgency.same_day:
        return _("Take the first time today. If there is none, call us now at %(phone)s.") % {
            "phone": settings.CLINIC_PHONE
        }
    return ""


def _site(found: Considered, *, start: datetime | None) -> SiteEntry | None:
    """The place of care at that time, else the only or first one."""
    sites = found.record.calendar.sites
    if found.clinician is not None and start is not None:
        slot = slots.start_at(found.clinician.hours, starts_at=start, minutes=found.service.minutes or 0)
        if slot is not None:
            return sites[UUID(slot.site)]
    return next(iter(sites.values()), None)


def cost(found: Considered) -> coverage_words.Words:
    return coverage_words.of(found.coverage.of(found.modality_to_keep))


def choices(found: Considered, *, draft: Draft) -> list[dict[str, str]]:
    """Other ways the same visit could be, each one press."""
    routed, service = found.routed, found.service
    told = draft.answers or Answers()
    offered: list[tuple[Choice, str]] = []
    if "telehealth_not_covered" in routed.codes and not told.self_pay_ack:
        offered.append((Choice.pay_self, _("Stay at home and pay for it myself")))
        audio = found.coverage.answers.get("audio")
        if audio is not None and str(audio.status) == "covered" and told.pref != "audio":
            offered.append((Choice.by_phone, _("Have it by phone")))
    elif told.self_pay_ack:
        offered.append((Choice.use_plan, _("Use my health plan")))
    elif routed.decision is Verdict.telehealth:
        if "audio" in found.coverage.answers and routed.modality == "video" and _allows_audio(found):
            offered.append((Choice.by_phone, _("Have it by phone")))
        if routed.modality == "audio" and service.video and _has_video(told):
            offered.append((Choice.by_video, _("Have it by video")))
        offered.append((Choice.come_in, _("Come to the clinic")))
    elif routed.codes[:1] == ("patient_preference:in_person",):
        offered.append((Choice.by_video, _("Have it from home")))
    return [{"value": str(choice), "label": label} for choice, label in offered]


def _allows_audio(found: Considered) -> bool:
    return found.service.audio is rules_catalogue.Audio.yes and found.facts.cap.phone


def _has_video(told: Answers) -> bool:
    return bool(told.cap_video) and bool(told.cap_bandwidth)


# -- the page of times ----------------------------------------------------------------------------


def time_page(found: Offer, *, is_change: bool, anyone: bool, now: datetime) -> dict[str, Any]:
    """Where, why, cost, then a day and a time."""
    draft = found.draft
    kept = {"next": "check"} if is_change else {}
    page = {
        "acting_for": found.for_whom,
        "eyebrow": catalogue.label(draft.service),
        "title": _("Choose a time that works for you"),
        "back_href": address("questions", draft),
        "back_label": _("Back to the questions"),
        "result": result(found.considered, draft=draft),
        "instead_href": address("instead", draft),
        "draft_id": draft.id,
        "is_change": is_change,
        "aside": aside(found),
    }
    if found.times is None:
        return {**page, "title": _headline(found.considered), "blocked": _blocked(found)}
    if anyone:
        kept["anyone"] = "1"
    return {**page, **_times(found, found.times, kept=kept, now=now)}


def _times(found: Offer, free: Times, *, kept: dict[str, str], now: datetime) -> dict[str, Any]:
    draft, zone = found.draft, found.considered.record.patient.time_zone

    def of(query: dict[str, str]) -> str:
        return address("time", draft, {**kept, **query}, at="times")

    def value(slot: Any) -> str:
        return f"{slot.starts_at.isoformat()}|{slot.clinician_id}"

    return {
        "days": free_times.days(free, address=of),
        "groups": free_times.groups(
            free,
            value=value,
            patient_zone=zone,
            chosen=(draft.start, draft.clinician_id),
            first_is_chosen=True,
        ),
        "day_words": times.day_of(free.day) if free.day else "",
        "zone_words": free_times.zone_words(free, patient_zone=zone),
        "pager": free_times.pager(free, address=of, today=now.date()),
        "with_whom": _with_whom(draft, free),
        "anyone_href": of({"anyone": "1"}) if free.is_narrowed else "",
        "none_text": _(
            "We have no free time on these days. Look at later days, or call us at %(phone)s and we will find one."
        )
        % {"phone": settings.CLINIC_PHONE},
    }


def _with_whom(draft: Draft, free: Times) -> str:
    person = free.calendar.clinicians.get(draft.with_clinician_id) if draft.with_clinician_id else None
    return _("These are times with %(name)s.") % {"name": person.name} if free.is_narrowed and person else ""


def aside(found: Offer) -> dict[str, Any]:
    """The card beside the times: the visit so far, and the steps."""
    considered, draft = found.considered, found.draft
    length = considered.service.minutes
    lines = [{"icon": "calendar", "text": catalogue.label(draft.service)}]
    if length:
        lines.append({"icon": "clock", "text": minutes(length)})
    place = STATES.get(draft.location, "")
    lines.append(
        {
            "icon": "map-pin",
            "text": _("You told us you will be in") if place else _("You do not know yet where you will be."),
            "strong": f"{place}." if place else "",
            "href": address("questions", draft, at="id_location"),
            "link": _("Change where you will be"),
        }
    )
    return {
        "title": _("Your visit so far"),
        "tag": _tag(considered),
        "lines": lines,
        "steps": [
            {"label": _("How do you feel?"), "is_done": True, "href": address("questions", draft)},
            {"label": _("Choose a time"), "is_current": True},
            {"label": _("Check and book")},
        ],
    }


def minutes(count: int) -> str:
    return ngettext("About %(count)d minute", "About %(count)d minutes", count) % {"count": count}


def _blocked(found: Offer) -> dict[str, Any]:
    """What can be done instead of a visit that the law does not allow."""
    draft = found.draft
    names = [
        str(person["name"])
        for choice in found.choices
        for person in choice.get("clinicians", ())  # type: ignore[attr-defined]
    ]
    return {
        "text": _("You can choose another way:"),
        "colleagues": names,
        "come_in": {"value": str(Choice.come_in), "label": _("Come to the clinic")},
        "place_href": address("questions", draft, at="id_location"),
        "place_label": _("Tell us another place you will be"),
        "home_href": home_href(draft, for_whom=found.for_whom),
    }


# -- check answers -----------------------------------------------------------------------------------


def check_page(found: Offer) -> dict[str, Any]:
    """Everything once more, each row with its way back, and the hidden values the last button sends."""
    draft, considered = found.draft, found.considered
    is_request = considered.routed.decision is Verdict.case_decision
    return {
        "acting_for": found.for_whom,
        "eyebrow": catalogue.label(draft.service),
        "title": _("Check your answers"),
        "back_href": address("time", draft, {"day": _day(found)} if _day(found) else None),
        "back_label": _("Back to the times"),
        "result": result(considered, draft=draft),
        "rows": [*_visit_rows(found), *_answer_rows(found)],
        "posted": posted(draft),
        "submit": _("Ask for this visit") if is_request else _("Book this visit"),
        "after": _after(is_request=is_request),
        "is_blocked": considered.routed.decision is Verdict.blocked,
        "blocked": _blocked(found),
        "instead_href": address("instead", draft),
    }


def _after(*, is_request: bool) -> str:
    if is_request:
        return _("We hold the time for you. A clinician answers within %(hours)s hours.") % {
            "hours": settings.REQUEST_ANSWER_HOURS
        }
    return _("We send you a reminder. You can change or cancel the visit until it begins.")


def _day(found: Offer) -> str:
    draft = found.draft
    site = _site(found.considered, start=draft.start)
    if draft.start is None or site is None:
        return ""
    return draft.start.astimezone(ZoneInfo(site.time_zone)).date().isoformat()


def _visit_rows(found: Offer) -> list[dict[str, str]]:
    draft, considered = found.draft, found.considered
    site, patient = _site(considered, start=draft.start), considered.record.patient
    rows = [{"key": _("Visit"), "value": catalogue.label(draft.service)}]
    if draft.start is not None and site is not None:
        day = times.day(draft.start, zone=site.time_zone)
        own = free_times.own_clock(draft.start, zone=site.time_zone, patient_zone=patient.time_zone)
        clock = "\n".join(part for part in (times.at_site(draft.start, site=site), own) if part)
        rows.append(
            {
                "key": _("When"),
                "value": f"{day}\n{clock}",
                "href": address("time", draft, {"next": "check", "day": _day(found)}, at="times"),
            }
        )
    if considered.clinician is not None:
        rows.append({"key": _("With"), "value": considered.clinician.name})
    rows.append({"key": _("Where"), "value": "\n".join(part for part in _headline_and_place(found) if part)})
    rows.append({"key": _("Cost"), "value": cost(considered).headline})
    return rows


def _headline_and_place(found: Offer) -> tuple[str, str]:
    considered = found.considered
    is_here = considered.routed.modality == "in_person"
    site = _site(considered, start=found.draft.start) if is_here else None
    return _headline(considered), _where(considered, site=site) if is_here else ""


def _answer_rows(found: Offer) -> list[dict[str, str]]:
    draft = found.draft
    told = draft.answers or Answers()

    def row(key: str, value: str, field: str) -> dict[str, str]:
        return {"key": key, "value": value, "href": address("questions", draft, {"next": "check"}, at=f"id_{field}")}

    return [
        row(_("How you feel"), _flags(told), "flags_0"),
        row(_("Temperature"), _temperature(draft), "temp_f"),
        row(_("Pain now"), _pain(told), "pain_now_0"),
        row(_("Where you will be"), STATES.get(draft.location, _("You do not know yet")), "location"),
        row(
            _("What you can use"),
            _listed(DEVICES, [n for n in dict(DEVICES) if getattr(told, f"cap_{n}")]),
            "devices_0",
        ),
        row(_("A private place"), _("Yes") if told.private_safe_place else _("No"), "private_safe_place_0"),
        row(_("Language"), str(dict(LANGUAGES_SPOKEN).get(told.comm_language, told.comm_language)), "comm_language"),
        row(_("Help you need"), _listed(NEEDS, _needs(told)), "needs_0"),
        row(_("What you would like"), _preference(told), "pref_0"),
        row(
            _("Getting here"),
            _listed(TRAVEL, [n for n in dict(TRAVEL) if getattr(told, n)], none=_("No trouble")),
            "travel_0",
        ),
    ]


def _flags(told: Answers) -> str:
    words = rules_catalogue.load().wording.flags
    said = [words[facts.FLAGS[code]].label.say(decisions.language()) for code in told.flags]
    return "\n".join(said) or _("None of the signs we asked about")


def _temperature(draft: Draft) -> str:
    return f"{draft.temperature} °F" if draft.temperature else _("Not taken")


def _pain(told: Answers) -> str:
    if told.pain_now is None:
        return _("Not said")
    said = _("%(number)d of 10") % {"number": told.pain_now}
    return _("%(pain)s, new or worse") % {"pain": said} if told.pain_new else said


def _listed(names: tuple[tuple[str, Any], ...], chosen: list[str], *, none: str = "") -> str:
    words = dict(names)
    return "\n".join(str(words[one]) for one in chosen) or none or _("None of these")


def _preference(told: Answers) -> str:
    return {
        "in_person": _("In the clinic"),
        "telehealth": _("By video"),
        "audio": _("By phone"),
    }.get(told.pref, _("Either is fine"))


def posted(draft: Draft) -> list[dict[str, str]]:
    """The keys of the shared booking form, as the last button sends them."""
    told = asdict(draft.answers or Answers())
    told.pop("temp_c")
    pairs = [
        ("draft", draft.id),
        ("service", draft.service),
        ("patient", draft.patient_id),
        ("location", draft.location),
    ]
    pairs += [("start", draft.start.isoformat() if draft.start else ""), ("clinician", draft.clinician_id or "")]
    pairs += [("temp_f", draft.temperature)]
    pairs += [("flags", code) for code in told.pop("flags")]
    pairs += [(name, _typed(value)) for name, value in told.items()]
    return [{"name": name, "value": str(value)} for name, value in pairs if value not in ("", None)]


def _typed(value: Any) -> Any:
    return _yes_no(value) if isinstance(value, bool) else value


# -- what stops it ------------------------------------------------------------------------------------


def emergency(refusal: Refusal, *, change_href: str) -> dict[str, Any]:
    """The emergency page: the script, the numbers, a way back for a tick by mistake."""
    script: Any = refusal.extra["script"]
    numbers = list(script["numbers"])
    return {
        "refusal": refusal,
        "phone": numbers[-1],
        "has_988": "988" in numbers,
        "lines": script["lines"],
        "change_href": change_href,
    }


def day_wanted(form: forms.Form) -> date | None:
    """The clinic's day of the time somebody tried to book."""
    start = form.cleaned_data.get("start")
    return start.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE)).date() if start else None


def errors_in_words(form: forms.Form) -> forms.Form:
    """A form with the same errors as sentences of the whole page, where its fields are not shown."""
    shown = forms.Form({})
    shown.is_valid()
    for sentences in form.errors.values():
        for sentence in sentences:
            shown.add_error(None, str(sentence))
    return shown


def book_again(form: forms.Form, refusal: Refusal | None) -> dict[str, Any]:
    """A booking sent without the wizard that did not work: its errors, other times, and everything typed."""
    others = _alternatives(refusal) if refusal else []
    given = [(name, value) for name in form.data for value in _values(form, name)]
    replaced = {"start", "draft"} if others else {"draft"}
    return {
        "form": errors_in_words(form),
        "start_href": reverse("visits:choose"),
        "groups": [{"heading": _("The next free times"), "slots": others}] if others else [],
        "posted": [
            {"name": name, "value": value} for name, value in given if name in form.fields and name not in replaced
        ],
        "choices": [str(one["text"]) for one in _choices(refusal)],
    }


def _values(form: forms.Form, name: str) -> list[str]:
    return form.data.getlist(name) if hasattr(form.data, "getlist") else [form.data[name]]


def _choices(refusal: Refusal | None) -> Any:
    return refusal.extra.get("choices", ()) if refusal else ()


def _alternatives(refusal: Refusal) -> list[dict[str, str]]:
    found: Any = refusal.extra.get("alternatives", ())
    return [{"value": one["start"], "label": _moment(datetime.fromisoformat(one["start"]))} for one in found]


def _moment(moment: datetime) -> str:
    hour = moment.hour % 12 or 12
    half = _("am") if moment.hour < 12 else _("pm")
    return f"{formats.date_format(moment.date(), _('D, M j'))}, {hour}:{moment.minute:02d} {half}"
