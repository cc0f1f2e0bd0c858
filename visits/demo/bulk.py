"""A clinic of any size, in batches: invented patients, clinicians and appointments without an overlap.

Chosen at random from a seed, so that the same numbers on the same day give the same clinic.
Past visits are over; those to come are booked. Routing decisions, screens and reminders are
not made: nobody is written to. The whole run is one event of the audit log.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby, islice
from math import ceil
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import transaction

from oncology_clinic.accounts import indexes
from oncology_clinic.accounts.models import Clinician, Patient
from oncology_clinic.actors import Actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from visits.demo import reading
from visits.models import Appointment, AppointmentEvent, ClinicianHours, PracticeAuthority, Room, Site
from visits.rules.states import State
from visits.services import events

BATCH = 1_000
ZONE = "America/New_York"
STRETCHES = ((time(9), time(12)), (time(13), time(17)))
STARTS = tuple(time(hour, minute) for hour in (9, 10, 11, 13, 14, 15, 16) for minute in (0, 30))
LENGTH = timedelta(minutes=30)
FULL = 0.6  # of each clinician's time
FEWEST_CLINICIANS = 3
MOST_DAYS = 320  # working days, about fifteen months
SHARE_TO_COME = 0.2
FEWEST_DAYS_TO_COME = 10
ROOMS_A_SITE = 40

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Size:
    """How much to make. `number` chooses the people and times: the same number, the same choice."""

    patients: int
    appointments: int
    number: int = 1


@dataclass(frozen=True, slots=True)
class Worker:
    """A clinician of the bulk, with the room in which nobody else works."""

    clinician_id: UUID
    site_id: UUID
    room_id: UUID


@dataclass(frozen=True, slots=True)
class Cell:
    """A half hour of one clinician: working day, start of that day, clinician, each by its number."""

    day: int
    start: int
    worker: int


class TooFewPatients(ValueError):
    """Fewer patients than clinicians at work at the same time: somebody would be in two rooms."""


def make(size: Size, *, actor: Actor, now: datetime, progress: Progress) -> None:
    """Fill the clinic. `progress(what, done, of)` is told after each batch. Raises `TooFewPatients`.

    Committed batch by batch: a run that is stopped leaves whole visits.
    """
    chance = random.Random(size.number)
    count = clinicians_for(size.appointments)
    if size.appointments and size.patients < count:
        raise TooFewPatients(f"{size.appointments} appointments need at least {count} patients")
    with transaction.atomic():
        workers = _workers(count if size.appointments else 0, chance=chance)
        audit.record(
            Action.create,
            actor=actor,
            category=Category.appointment,
            now=now,
            object_type="visits.Appointment",
            detail={"what": "bulk", "patients": size.patients, "appointments": size.appointments, "seed": size.number},
        )
    patient_ids = list(_patients(size.patients, chance=chance, now=now, progress=progress))
    made = 0
    visits = _visits(size, workers=workers, patient_ids=patient_ids, chance=chance, now=now)
    while batch := list(islice(visits, BATCH)):
        _keep(batch, actor=actor)
        made += len(batch)
        progress("appointments", made, size.appointments)


def clinicians_for(appointments: int) -> int:
    """As many clinicians as make these visits fit into fifteen months at sixty percent."""
    return max(FEWEST_CLINICIANS, ceil(appointments / (MOST_DAYS * len(STARTS) * FULL)))


def cells(size: Size, *, chance: random.Random) -> list[Cell]:
    """Which half hours are taken: `appointments` different ones, in time order, about sixty percent of all."""
    count = clinicians_for(size.appointments)
    days = ceil(size.appointments / (count * len(STARTS) * FULL))
    width = count * len(STARTS)
    chosen = sorted(chance.sample(range(days * width), size.appointments))
    return [Cell(one // width, one % width // count, one % count) for one in chosen]


def _workers(count: int, *, chance: random.Random) -> list[Worker]:
    names = reading.names()
    made: list[Worker] = []
    site = None
    for number in range(count):
        if number % ROOMS_A_SITE == 0:
            code = f"campus-{uuid4().hex[:10]}"
            site = Site.objects.create(code=code, name=f"Lakeside Campus {code[-4:]}", state="OH", time_zone=ZONE)
        assert site is not None
        person = Clinician.objects.create(
            display_name=f"Dr. {chance.choice(names.first)} {chance.choice(names.last)}",
            profession="physician",
            team="general oncology team",
            time_zone=ZONE,
        )
        room = Room.objects.create(site=site, name=f"Room {number + 1}")
        ClinicianHours.objects.bulk_create(
            ClinicianHours(clinician=person, site=site, weekday=day, starts=starts, ends=ends)
            for day in range(5)
            for starts, ends in STRETCHES
        )
        PracticeAuthority.objects.bulk_create(
            PracticeAuthority(clinician=person, jurisdiction=state, profession="physician", valid_from=date(2015, 1, 1))
            for state in ("OH", "KY", "IN")
        )
        made.append(Worker(person.id, site.id, room.id))
    return made


def _patients(count: int, *, chance: random.Random, now: datetime, progress: Progress) -> Iterator[UUID]:
    plans = list(apps.get_model("billing", "Plan").objects.filter(is_active=True).order_by("payer", "code"))
    for begin in range(0, count, BATCH):
        batch = [_patient(chance, today=now.date()) for _one in range(min(BATCH, count - begin))]
        with transaction.atomic():
            Patient.objects.bulk_create(batch)
            if plans:
                _enrol(batch, plans=plans, chance=chance)
        yield from (patient.id for patient in batch)
        progress("patients", begin + len(batch), count)


def _patient(chance: random.Random, *, today: date) -> Patient:
    names = reading.names()
    first, last = chance.choice(names.first), chance.choice(names.last)
    patient = Patient(
        legal_name=f"{first} {last}",
        birth_date=date(1935, 1, 1) + timedelta(days=chance.randrange(70 * 365)),
        email=f"{first}.{last}.{chance.randrange(10**6)}@patients.example".lower(),
        phone=f"614-555-01{chance.randrange(100):02d}",
        home_state=chance.choice(names.states),
        diagnosis=chance.choice(names.diagnosis),
        last_in_person_exam_on=today - timedelta(days=chance.randrange(10, 80)),
        time_zone=ZONE,
    )
    indexes.refresh_patient(patient)
    return patient


def _enrol(batch: list[Patient], *, plans: list[object], chance: random.Random) -> None:
    membership = apps.get_model("billing", "PlanMembership")
    membership.objects.bulk_create(
        membership(
            patient=patient,
            plan=chance.choice(plans),
            member_id=f"BULK{chance.randrange(10**8):08d}",
            policy_situs=patient.home_state,
            program_state=patient.home_state,
            starts_on=date(2024, 1, 1),
        )
        for patient in batch
    )


def _visits(
    size: Size, *, workers: list[Worker], patient_ids: list[UUID], chance: random.Random, now: datetime
) -> Iterator[Appointment]:
    """Each half hour's visits have different patients, so nobody is in two places."""
    chosen = cells(size, chance=chance)
    days = _working_days(chosen[-1].day + 1 if chosen else 0, now=now)
    for (day, start), together in groupby(chosen, key=lambda cell: (cell.day, cell.start)):
        taken = list(together)
        starts_at = datetime.combine(days[day], STARTS[start], tzinfo=ZoneInfo(ZONE))
        people = chance.sample(patient_ids, len(taken))
        for cell, patient_id in zip(taken, people, strict=True):
            yield _visit(workers[cell.worker], patient_id, starts_at=starts_at, chance=chance, now=now)


def _working_days(count: int, *, now: datetime) -> list[date]:
    """The days of the clinic in order: a fifth of them (at least ten) from tomorrow on, the rest before."""
    today = now.astimezone(ZoneInfo(ZONE)).date()
    to_come = min(count, max(FEWEST_DAYS_TO_COME, round(count * SHARE_TO_COME)))
    after = [day for number in range(1, 2 * to_come + 8) if (day := today + timedelta(days=number)).weekday() < 5]
    before = [day for number in range(2 * count + 8) if (day := today - timedelta(days=number)).weekday() < 5]
    return sorted([*after[:to_come], *before[: count - to_come]])


def _visit(
    worker: Worker, patient_id: UUID, *, starts_at: datetime, chance: random.Random, now: datetime
) -> Appointment:
    names = reading.names()
    in_person = chance.random() < 0.4
    is_over = starts_at + LENGTH <= now
    states, weights = (
        ((State.completed, State.missed, State.cancelled), (88, 4, 8))
        if is_over
        else ((State.booked, State.cancelled), (95, 5))
    )
    return Appointment(
        patient_id=patient_id,
        clinician_id=worker.clinician_id,
        site_id=worker.site_id,
        room_id=worker.room_id if in_person else None,
        service=chance.choice(names.in_person if in_person else names.telehealth),
        modality="in_person" if in_person else "video",
        starts_at=starts_at,
        ends_at=starts_at + LENGTH,
        status=chance.choices(states, weights)[0],
        patient_location="OH",
        patient_time_zone=ZONE,
        created_at=min(now, starts_at - timedelta(days=14)),
    )


def _keep(batch: list[Appointment], *, actor: Actor) -> None:
    with transaction.atomic():
        Appointment.objects.bulk_create(batch)
        AppointmentEvent.objects.bulk_create(
            events.row(visit, kind=str(visit.status), actor=actor, now=visit.created_at) for visit in batch
        )
