"""What visits stores. Django finds a room's models here."""

from visits.models.appointments import Appointment, AppointmentEvent, Modality
from visits.models.calendar import CalendarRevision
from visits.models.drafts import BookingDraft
from visits.models.places import Room, Site
from visits.models.reminder import Reminder, ReminderStatus
from visits.models.routing import RoutingDecision
from visits.models.working_times import ClinicianHours, ClinicianLeave, PracticeAuthority, Weekday

__all__ = [
    "Appointment",
    "AppointmentEvent",
    "BookingDraft",
    "CalendarRevision",
    "ClinicianHours",
    "ClinicianLeave",
    "Modality",
    "PracticeAuthority",
    "Reminder",
    "ReminderStatus",
    "Room",
    "RoutingDecision",
    "Site",
    "Weekday",
]
