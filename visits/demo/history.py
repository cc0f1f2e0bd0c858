"""Earlier visits with their screens: what the sparklines of the day list draw."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from oncology_clinic.accounts.models import Clinician, Patient
from oncology_clinic.actors import Actor, Role
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from screening.services import alerts, answers
from screening.services import requests as screen_requests
from screening.services.commands import AnswerScreen
from visits.demo import patients
from visits.demo.reading import Person
from visits.models import Appointment, Site
from visits.rules import catalogue
from visits.rules.states import State
from visits.services import events

BETWEEN_VISITS = timedelta(days=14)
CALM = (0, 1, 0, 0)  # PHQ-4
ANSWERED_BEFORE = timedelta(hours=20)


def make(
    person: Person, patient: Patient, *, clinician: Clinician, site: Site, coordinator: Actor, last_at: datetime
) -> None:
    """One completed video visit a fortnight for each pair of earlier answers, the latest one at `last_at`."""
    pairs = list(zip(person.pain, person.distress, strict=True))
    assert person.visit is not None
    service = person.visit.service if catalogue.load().services[person.visit.service].channels else "toxicity-check"
    for back, (pain, distress) in enumerate(reversed(pairs)):
        at = last_at - back * BETWEEN_VISITS
        visit = _visit(patient, clinician=clinician, site=site, service=service, at=at)
        screen(patient, subject=visit, pain=pain, distress=distress, now=at - ANSWERED_BEFORE, closed_by=coordinator)


def screen(
    patient: Patient, *, subject: Appointment, pain: int, distress: int, now: datetime, closed_by: Actor | None
) -> None:
    """Pain and distress asked and answered. `closed_by` has seen to whatever they raised; None: it is open."""
    actor = patients.actor_of(patient)
    given: Mapping[str, tuple[int, ...]] = {"nrs-pain": (pain,), "distress-0-10": (distress,)}
    request = screen_requests.ask(
        patient_id=patient.id,
        subject_id=subject.id,
        due_at=subject.starts_at,
        instruments=list(given),
        actor=actor,
        now=now,
    )
    answer(request.id, given=given, actor=actor, now=now, closed_by=closed_by)


def answer(
    request_id: UUID, *, given: Mapping[str, tuple[int, ...]], actor: Actor, now: datetime, closed_by: Actor | None
) -> None:
    for name, values in given.items():
        command = AnswerScreen(request_id=request_id, instrument=name, answers=values)
        answered = answers.answer_screen(command, actor=actor, now=now)
        if answered.alert is not None and closed_by is not None:
            alerts.close(
                answered.alert.id,
                outcome="Called the patient; plan agreed.",
                actor=closed_by,
                now=now + timedelta(hours=2),
            )


def _visit(patient: Patient, *, clinician: Clinician, site: Site, service: str, at: datetime) -> Appointment:
    """A visit that was kept, as the record of an earlier system would bring it."""
    minutes = catalogue.load().services[service].minutes or 30
    visit = Appointment.objects.create(
        patient=patient,
        clinician=clinician,
        site=site,
        service=service,
        modality="video",
        starts_at=at,
        ends_at=at + timedelta(minutes=minutes),
        status=State.completed,
        patient_location=patient.home_state,
        patient_time_zone=patient.time_zone,
        created_at=at - timedelta(days=10),
    )
    actor = Actor(Role.system, label="seed_demo")
    events.row(visit, kind="completed", actor=actor, now=visit.ends_at, from_status=State.in_progress).save()
    audit.record(
        Action.create,
        actor=actor,
        category=Category.appointment,
        now=visit.ends_at,
        patient_id=patient.id,
        object_type="visits.Appointment",
        object_id=visit.id,
    )
    return visit
