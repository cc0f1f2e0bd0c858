"""What the patient's own pages read: the home with its visits and questions, one visit with what hangs on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from caregivers import selectors as caregivers
from caregivers.selectors import PersonHelped
from oncology_clinic.access import Domain
from oncology_clinic.accounts import people
from oncology_clinic.actors import Actor, Role
from oncology_clinic.errors import NotFound
from screening.selectors import requests as screen_requests
from visits.models import Appointment
from visits.rules.states import State
from visits.selectors import visits

_STANDING = (State.requested, State.booked, State.checked_in, State.in_progress)
MOST_PAST = 20


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions that go with a visit. Neither open nor done: withdrawn or too late."""

    id: UUID
    is_open: bool
    is_done: bool


@dataclass(frozen=True, slots=True)
class Home:
    """`coming` in time order, `past` the last first. `questions` by visit. `person`: whom a caregiver acts for."""

    coming: list[Appointment]
    past: list[Appointment]
    questions: dict[UUID, Questions]
    person: PersonHelped | None = None

    @property
    def may_answer(self) -> bool:
        return self.person is None or Domain.screens in self.person.scopes


@dataclass(frozen=True, slots=True)
class Seen:
    """One visit. `for_whom` is empty for the patient's own."""

    appointment: Appointment
    questions: Questions | None
    for_whom: str


def helped(actor: Actor, *, now: datetime) -> list[PersonHelped]:
    """Whose visits this caregiver may see and book. Two statements."""
    return [one for one in caregivers.patients_of(actor, now=now) if Domain.appointments in one.scopes]


def person(actor: Actor, *, patient_id: UUID, now: datetime) -> PersonHelped:
    """The one of `helped` with that id. Raises `not_found` (404)."""
    found = next((one for one in helped(actor, now=now) if one.patient_id == patient_id), None)
    if found is None:
        raise NotFound("not_found", _("We could not find that page, or it is not yours to see."))
    return found


def home(actor: Actor, *, patient_id: UUID | None, now: datetime) -> Home:
    """The visits of the patient, or of the one a caregiver acts for. Raises `not_found` (404)."""
    acting_for: PersonHelped | None = None
    if actor.role is not Role.patient:
        if patient_id is None:
            raise NotFound("not_found", _("We could not find that page, or it is not yours to see."))
        acting_for = person(actor, patient_id=patient_id, now=now)
        actor = actor.acting_for(patient_id)
    elif patient_id not in (None, actor.patient_id):
        raise NotFound("not_found", _("We could not find that page, or it is not yours to see."))
    found = visits.mine(actor, now=now)
    coming = [one for one in found if one.status in _STANDING and one.ends_at > now]
    standing = {one.id for one in coming}
    past = [one for one in reversed(found) if one.id not in standing][:MOST_PAST]
    questions = _questions([one.id for one in coming]) if coming else {}
    return Home(coming=coming, past=past, questions=questions, person=acting_for)


def one(actor: Actor, *, appointment_id: UUID, now: datetime) -> Seen:
    """One visit with decision, coverage and questions. Raises `not_found` (404). Two statements."""
    appointment = visits.one(actor, appointment_id=appointment_id, now=now)
    asked = _questions([appointment.id]).get(appointment.id)
    for_whom = "" if actor.role is Role.patient else people.patient_name(appointment.patient)
    return Seen(appointment, asked, for_whom)


def _questions(visit_ids: list[UUID]) -> dict[UUID, Questions]:
    found = screen_requests.of_subjects(visit_ids)
    return {
        visit_id: Questions(request.id, is_open=request.status == "asked", is_done=request.status == "done")
        for visit_id, request in found.items()
    }
