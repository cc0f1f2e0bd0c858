"""May this actor act for this patient, in this domain? One question, answered by a registry.

Rooms register their answer when the app starts (`caregivers` its grants, `visits` the
visits that make somebody part of a patient's care), so that rooms that must not import
each other can all ask. An answer is asked for on every request and never kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext as _

from oncology_clinic.actors import Actor, Role
from oncology_clinic.audit import context as access_context
from oncology_clinic.errors import NotFound


class Domain(StrEnum):
    """The part of a patient's affairs an act belongs to; a caregiver's grant names these."""

    appointments = "appointments"
    join_visit = "join_visit"
    screens = "screens"
    billing = "billing"
    profile = "profile"
    chart = "chart"


Answer = Callable[[Actor, UUID, Domain, datetime], bool]
Among = Callable[[Actor, Collection[UUID], Domain, datetime], Collection[UUID]]
_answers: list[Answer] = []
_among: dict[Answer, Among] = {}


def register(answer: Answer, *, among: Among | None = None) -> Answer:
    """Add a room's answer. Any answer that says yes is enough. Called from `apps.ready()`.

    `among` is the same answer for many patients in one statement, for lists; without it a
    list asks patient by patient.
    """
    if answer not in _answers:
        _answers.append(answer)
    if among is not None:
        _among[answer] = among
    return answer


def can_act_for(actor: Actor, *, patient_id: UUID, domain: Domain, now: datetime) -> bool:
    """True when the actor is the patient, or a room vouches for them. Administrators and auditors: never."""
    if actor.role is Role.system:
        return True
    if actor.role is Role.patient:
        return actor.patient_id == patient_id
    return any(answer(actor, patient_id, domain, now) for answer in _answers)


def those_of(actor: Actor, *, patient_ids: Iterable[UUID], domain: Domain, now: datetime) -> set[UUID]:
    """Of these patients, those for whom `can_act_for` says yes: one statement a room, not one a patient."""
    asked = set(patient_ids)
    if actor.role is Role.system:
        return asked
    if actor.role is Role.patient:
        return asked & {actor.patient_id} if actor.patient_id else set()
    allowed: set[UUID] = set()
    for answer in _answers:
        many = _among.get(answer)
        left = asked - allowed
        allowed |= (
            set(many(actor, left, domain, now)) if many else {one for one in left if answer(actor, one, domain, now)}
        )
    return allowed


def check_can_act_for(actor: Actor, *, patient_id: UUID, domain: Domain, now: datetime) -> None:
    """Raise `not_found` (404, recorded as denied, with the patient) unless `can_act_for`."""
    if not can_act_for(actor, patient_id=patient_id, domain=domain, now=now):
        sentence = _("We could not find that page, or it is not yours to see.")
        raise NotFound("not_found", sentence, patient_id=patient_id)
    context = access_context.current_or_none()
    if context is not None:
        context.vouched_for = (patient_id, domain.value)
