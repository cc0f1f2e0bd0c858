"""The letters about a visit: when and how, a link to the portal, and nothing about the care itself.

Address, channel, language and zone are looked up when the letter is written, never before.
A text is one file a language under templates/email and templates/sms; the first line of an
e-mail's file is its subject.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import select_template
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from oncology_clinic.accounts.models import Patient
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.outbox.delivery import Letter
from visits.models import Appointment
from visits.models.reminder import Reminder

FALLBACK_LANGUAGE = "en"


def reminder(row: Reminder) -> Letter | None:
    """The reminder as a letter in the patient's language and zone; None when there is no address to send it to."""
    return about(row.appointment, patient=row.patient, name="reminder", key=row.idempotency_key)


def about(appointment: Appointment, *, patient: Patient, name: str, key: str) -> Letter | None:
    """The letter `name` (`reminder`, `booked`, `moved`, `cancelled`, ...) about a visit, or None without an address."""
    channel, address = contact(patient)
    if not address:
        return None
    language = patient.language if patient.language in dict(settings.LANGUAGES) else FALLBACK_LANGUAGE
    with translation.override(language):
        words = _words(appointment, patient)
    subject, body = written(f"{channel}/{name}", words=words, language=language)
    return Letter(channel=channel, to=address, subject=subject, body=body, idempotency_key=key)


def written(path: str, *, words: dict[str, object], language: str = FALLBACK_LANGUAGE) -> tuple[str, str]:
    """Subject and body of the text under templates/`path`; an SMS has no subject."""
    names = [f"{path}.{language}.txt", f"{path}.{FALLBACK_LANGUAGE}.txt"]
    text = select_template(names).render(words).strip()
    if path.startswith("sms/"):
        return "", text + "\n"
    subject, _newline, body = text.partition("\n")
    return subject.strip(), body.strip() + "\n"


def contact(patient: Patient) -> tuple[str, str]:
    """The channel the patient chose and its address; the other one where that is missing. Opens sealed values."""
    email, phone = reveal(patient.email) or "", reveal(patient.phone) or ""
    if patient.reminder_channel == "sms" and phone:
        return "sms", phone
    if email:
        return "email", email
    return ("sms", phone) if phone else ("email", "")


def _words(appointment: Appointment, patient: Patient) -> dict[str, object]:
    local = appointment.starts_at.astimezone(ZoneInfo(patient.time_zone))
    return {
        "clinic": settings.CLINIC_LETTER_NAME,
        "phone": settings.CLINIC_PHONE,
        "day": _day(local),
        "time": _time(local),
        "zone": zone_name(patient.time_zone),
        "is_video": appointment.modality == "video",
        "is_audio": appointment.modality == "audio",
        "is_in_person": appointment.modality == "in_person",
        "answer_hours": settings.REQUEST_ANSWER_HOURS,
        "link": str(settings.BASE_URL).rstrip("/") + "/visits/",
    }


def _day(local: datetime) -> str:
    if translation.get_language() == "es":
        return date_format(local, r"l j \d\e F")
    return date_format(local, "l, F j")


def _time(local: datetime) -> str:
    half = _("am") if local.hour < 12 else _("pm")
    return f"{local.hour % 12 or 12}:{local.minute:02d} {half}"


def zone_name(zone: str) -> str:
    """What people call the zone; its city where we have no word for it."""
    names = {
        "America/New_York": _("Eastern time"),
        "America/Chicago": _("Central time"),
        "America/Denver": _("Mountain time"),
        "America/Phoenix": _("Arizona time"),
        "America/Los_Angeles": _("Pacific time"),
        "America/Anchorage": _("Alaska time"),
        "Pacific/Honolulu": _("Hawaii time"),
        "America/Puerto_Rico": _("Puerto Rico time"),
    }
    return names.get(zone) or zone.rpartition("/")[2].replace("_", " ")
