"""Is this a time we offer? Said before the database is asked whether it is free."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from oncology_clinic.errors import Refusal
from visits.rules import slots
from visits.rules.catalogue import Service
from visits.selectors.calendar import ClinicianEntry

FURTHEST_DAYS = 366  # clinic policy


def length_of(service: Service, *, minutes: int | None) -> int:
    """How long the visit is. Raises `wrong_length` (422, field `minutes`) outside what the service allows."""
    shortest = service.minutes
    longest = service.minutes_at_most or service.minutes
    if shortest is None:
        raise Refusal("not_bookable", _("Our team plans this one with you. Call us."), field="service")
    if minutes is None:
        return shortest
    if not shortest <= minutes <= (longest or shortest):
        raise Refusal("wrong_length", _("Choose a length that this service has."), field="minutes")
    return minutes


def check_offered(clinician: ClinicianEntry, *, starts_at: datetime, minutes: int, now: datetime) -> slots.Start:
    """The working time that begins then, with its site. `starts_at` is UTC.

    Raises, each 422 on field `start`: `in_the_past`, `too_far`, `outside_hours`, `on_leave`.
    """
    if starts_at <= now:
        raise Refusal("in_the_past", _("That time has passed. Choose a later one."), field="start")
    if starts_at > now + timedelta(days=FURTHEST_DAYS):
        raise Refusal("too_far", _("Choose a time within the next year."), field="start")
    found = slots.start_at(clinician.hours, starts_at=starts_at, minutes=minutes)
    if found is None:
        raise Refusal(
            "outside_hours",
            _("There is no visit of that length at that time. Choose a time from the list."),
            field="start",
        )
    if slots.is_within(clinician.leave, starts_at=found.starts_at, ends_at=found.ends_at):
        raise Refusal("on_leave", _("The clinician is away then. Choose another time."), field="start")
    return found
