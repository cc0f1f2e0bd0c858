"""A visit the law does not allow, and what the patient can choose instead."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from oncology_clinic.errors import Refusal
from visits.rules import catalogue
from visits.rules.findings import Verdict
from visits.services import decisions
from visits.services.considering import Considered


def check_not_blocked(considered: Considered) -> None:
    """Raise 422 `blocked`, with the reason's sentence and `choices`, when no visit can be made this way."""
    if considered.routed.decision is not Verdict.blocked:
        return
    first = considered.routed.reasons[0]
    sentence = catalogue.load().wording.sentence(first.code, language=get_language() or "en")
    raise Refusal(
        "blocked",
        sentence,
        field="clinician",
        extra={"reasons": decisions.plain_reasons(considered.routed.reasons), "choices": choices(considered)},
    )


def choices(considered: Considered) -> list[dict[str, object]]:
    """What can be done instead: colleagues who may see the patient there, coming in, another place, a call."""
    calendar, location = considered.record.calendar, considered.location
    is_first = not considered.record.has_been_seen
    colleagues = [
        {"id": str(person.id), "name": person.name}
        for person in calendar.clinicians.values()
        if person != considered.clinician
        and person.hours
        and location in person.licensed_on(considered.on, is_first_visit=is_first)
    ]
    found: list[dict[str, object]] = []
    if colleagues:
        found.append({"code": "other_clinician", "text": _("See a colleague who can."), "clinicians": colleagues[:10]})
    found.append({"code": "come_in", "text": _("Come to the clinic, if you can travel.")})
    found.append({"code": "other_place", "text": _("Tell us another state you will be in that day.")})
    found.append({"code": "call", "text": _("Call us at %(phone)s.") % {"phone": settings.CLINIC_PHONE}})
    return found
