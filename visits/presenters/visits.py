"""Visits in words for pages, and as JSON for programs. Times come ready made; templates only print."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from oncology_clinic.accounts.models import Patient
from oncology_clinic.crypto.fields import reveal
from visits.models import Appointment, Site
from visits.presenters import catalogue, decisions, times
from visits.rules.states import State
from visits.selectors.calendar import SiteEntry
from visits.services.booking import Booked


def status(value: str) -> str:
    return {
        State.held: _("Held for you"),
        State.requested: _("Waiting for a decision"),
        State.booked: _("Booked"),
        State.checked_in: _("Checked in"),
        State.in_progress: _("In progress"),
        State.completed: _("Done"),
        State.cancelled: _("Cancelled"),
        State.missed: _("Missed"),
        State.expired: _("No longer held"),
    }[State(value)]


# -- programs ------------------------------------------------------------------------------


def as_json(appointment: Appointment) -> dict[str, Any]:
    """One visit; times with the offset of the place of care."""
    zone = ZoneInfo(appointment.site.time_zone)
    return {
        "id": str(appointment.id),
        "patient": str(appointment.patient_id),
        "service": appointment.service,
        "label": catalogue.label(appointment.service),
        "start": appointment.starts_at.astimezone(zone).isoformat(),
        "end": appointment.ends_at.astimezone(zone).isoformat(),
        "modality": appointment.modality,
        "status": appointment.status,
        "clinician": str(appointment.clinician_id),
        "clinician_name": appointment.clinician.display_name,
        "site": str(appointment.site_id),
        "request_due": appointment.request_due_at.astimezone(zone).isoformat() if appointment.request_due_at else None,
    }


def one_as_json(appointment: Appointment) -> dict[str, Any]:
    """One visit with its decision and what the plan said."""
    decision, check = appointment.routing_decision, appointment.coverage_check
    told = decisions.stored_as_json(decision) if decision else {}
    told.pop("modality", None)
    return {
        **as_json(appointment),
        **told,
        "coverage": {"modality": check.modality, "status": check.status, "reason": check.reason_code}
        if check
        else None,
    }


def booked_as_json(booked: Booked) -> dict[str, Any]:
    """The answer to a booking: id, start, modality, decision, coverage, status, and the reasons."""
    appointment = booked.appointment
    told = decisions.as_json(booked.routed) if booked.routed else {}
    told.pop("modality", None)
    start, end = appointment.starts_at, appointment.ends_at
    zone = ZoneInfo(booked.zone)
    return {
        "id": str(appointment.id),
        "service": appointment.service,
        "start": start.astimezone(zone).isoformat(),
        "end": end.astimezone(zone).isoformat(),
        "clinician": str(appointment.clinician_id),
        "site": str(appointment.site_id),
        "modality": appointment.modality,
        "status": str(appointment.status),
        "request_due": appointment.request_due_at.astimezone(zone).isoformat() if appointment.request_due_at else None,
        **told,
        "coverage": decisions.coverage(booked.coverage),
    }


# -- people ----------------------------------------------------------------------------------


def card(appointment: Appointment, *, now: datetime) -> dict[str, Any]:
    """A visit as a patient reads it: day, time in both zones where they differ, who, where, how, and what they can do."""
    site = site_entry(appointment.site)
    return {
        "id": appointment.id,
        "service": catalogue.label(appointment.service),
        "day": times.day(appointment.starts_at, zone=appointment.site.time_zone),
        "time": times.for_patient(appointment.starts_at, site=site, patient_zone=appointment.patient_time_zone),
        "clinician": appointment.clinician.display_name,
        "team": appointment.clinician.team,
        "place": place(appointment),
        "modality": decisions.modality(appointment.modality),
        "is_in_person": appointment.modality == "in_person",
        "status": status(appointment.status),
        "status_code": appointment.status,
        "is_request": appointment.status == State.requested,
        "answer_by": _answer_by(appointment, site=site),
        "can_change": appointment.status in (State.booked, State.requested) and appointment.starts_at > now,
    }


def place(appointment: Appointment) -> str:
    """Where to be: the site's name and address, or where the patient is."""
    if appointment.modality == "in_person":
        return ", ".join(part for part in (appointment.site.name, appointment.site.address) if part)
    if appointment.modality == "audio":
        return _("We call you by phone")
    return _("From where you are")


def next_step(appointment: Appointment) -> str:
    """What happens next, in one sentence, promising only what the queue enforces."""
    if appointment.status == State.requested and appointment.request_due_at:
        words = {"when": _answer_by(appointment, site=site_entry(appointment.site))}
        return _("Your clinician decides where this visit is. We tell you by %(when)s.") % words
    if appointment.modality == "in_person":
        return _("Come to the clinic 10 minutes early. We send you a reminder.")
    return _("We send you a reminder before the visit.")


def _answer_by(appointment: Appointment, *, site: SiteEntry) -> str:
    due = appointment.request_due_at
    if due is None:
        return ""
    words = {"time": times.at_site(due, site=site), "day": times.day(due, zone=site.time_zone)}
    return _("%(time)s on %(day)s") % words


def coverage_words(value: str) -> str:
    return {
        "covered": _("Likely covered"),
        "prior_auth_required": _("The plan must approve first"),
        "not_covered": _("Likely not covered"),
        "unknown_needs_review": _("We cannot tell yet"),
    }.get(value, value)


def age(patient: Patient, *, on: date) -> int:
    """Whole years on that day; a birthday on 29 February counts on 1 March."""
    born: date = reveal(patient.birth_date)
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def site_entry(site: Site) -> SiteEntry:
    return SiteEntry(
        id=site.id,
        code=site.code,
        name=site.name,
        address=site.address,
        phone=site.phone,
        state=site.state,
        time_zone=site.time_zone,
        rooms=(),
    )
