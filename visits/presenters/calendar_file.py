"""A visit as a calendar file. Calendars are read by others: nothing in it tells of illness, clinician or service."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from visits.models import Appointment
from visits.rules.states import State

_STATUS = {State.cancelled: "CANCELLED", State.requested: "TENTATIVE"}


def ics(appointment: Appointment, *, now: datetime) -> bytes:
    """METHOD:PUBLISH with one event in UTC. The key is the visit's id, so that a later file replaces the earlier entry."""
    event = Event()
    event.add("uid", f"{appointment.id}@visits")
    event.add("dtstamp", now)
    event.add("dtstart", appointment.starts_at)
    event.add("dtend", appointment.ends_at)
    event.add("summary", _("Visit with %(clinic)s") % {"clinic": settings.CLINIC_LETTER_NAME})
    event.add("status", _STATUS.get(State(appointment.status), "CONFIRMED"))
    event.add("class", "PRIVATE")
    if appointment.modality == "in_person":
        event.add("location", appointment.site.address)
    event.add("description", _("Questions? Call %(phone)s.") % {"phone": settings.CLINIC_PHONE})
    calendar = Calendar()
    calendar.add("prodid", "-//Lakeside Care//Visits//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return calendar.to_ical()  # type: ignore[no-any-return]
