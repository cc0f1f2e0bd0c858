"""Today at the clinic: visits done, one patient waiting, answers given, one alert open, one request to decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from oncology_clinic.accounts.models import Account, Clinician
from oncology_clinic.actors import Actor, Role
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.errors import Refusal
from oncology_clinic.outbox.models import OutboxMessage
from screening.selectors import requests as screen_requests
from visits.demo import history, patients
from visits.demo.looking import one_at_a_time
from visits.demo.reading import Clinic, Person, Planned
from visits.models import Appointment, ClinicianHours, Reminder, ReminderStatus, Site
from visits.rules.states import State, can_move
from visits.services import booking, events
from visits.services.commands import Answers, BookCommand

BOOKED_BEFORE = timedelta(days=5)
ANSWERED_BEFORE = timedelta(hours=2)
STEPS = {
    State.completed: (State.checked_in, State.in_progress, State.completed),
    State.checked_in: (State.checked_in,),
    State.booked: (),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a clinician of the demo works: one site each."""

    clinician: Clinician
    site: Site

    def instant(self, planned: Planned, *, in_days: int, now: datetime) -> datetime:
        zone = ZoneInfo(self.site.time_zone)
        day = now.astimezone(zone).date() + timedelta(days=in_days)
        return datetime.combine(day, planned.at, tzinfo=zone)


def has_today(clinic: Clinic, *, now: datetime) -> bool:
    """True when one of today's visits was made already, as on a second run the same day."""
    starts = [
        place_of(planned.clinician).instant(planned, in_days=0, now=now) for _person, planned in _of_today(clinic)
    ]
    ours = patients.ids(person for person, _planned in _of_today(clinic))
    return Appointment.objects.filter(patient_id__in=ours, starts_at__in=starts).exists()


def make_past(clinic: Clinic, *, now: datetime) -> None:
    """The earlier visits of everybody who comes today, and what they answered then."""
    coordinator = _coordinator()
    for person, planned in _of_today(clinic):
        place = place_of(planned.clinician)
        with one_at_a_time():
            history.make(
                person,
                patients.find(person),
                clinician=place.clinician,
                site=place.site,
                coordinator=coordinator,
                last_at=place.instant(planned, in_days=-14, now=now),
            )


def make_today(clinic: Clinic, *, now: datetime) -> int:
    """Today's visits, booked days ago, as they stand at `now`; the number made. A taken time is left out."""
    made: list[tuple[Person, Appointment]] = []
    for person, planned in _of_today(clinic):
        at = place_of(planned.clinician).instant(planned, in_days=0, now=now)
        visit = _book(person, planned, at=at, now=at - BOOKED_BEFORE)
        if visit is not None:
            made.append((person, visit))
    for person, visit in made:
        with one_at_a_time():
            _answer(person, visit, now=now)
    for _person, visit, state in _as_they_stand(made, now=now):
        _advance(visit, to=state, now=now)
    return len(made)


def make_coming(clinic: Clinic, *, now: datetime) -> None:
    """Visits of the next days, and a request that waits for a clinician."""
    for person in clinic.patients:
        if person.coming is not None:
            for in_days in person.coming.in_days:
                at = place_of(person.coming.clinician).instant(person.coming, in_days=in_days, now=now)
                _book(person, person.coming, at=at, now=now)
        if person.request is not None:
            at = place_of(person.request.clinician).instant(person.request, in_days=person.request.in_days[0], now=now)
            _book(person, person.request, at=at, now=now)


def silence_the_past(*, since: UUID, now: datetime) -> None:
    """What was booked days ago was also told days ago: letters and reminders of rows made since the key `since`."""
    OutboxMessage.objects.waiting().filter(id__gt=since, created_at__lt=now).update(done_at=now)
    past = Reminder.objects.unsent().filter(id__gt=since, due_at__lte=now)
    past.update(status=ReminderStatus.suppressed, reason="seeded")


def place_of(username: str) -> Place:
    clinician = Clinician.objects.get(account=Account.objects.get(username=username))
    hours = ClinicianHours.objects.select_related("site").filter(clinician=clinician).first()
    assert hours is not None
    return Place(clinician, hours.site)


def _of_today(clinic: Clinic) -> Iterator[tuple[Person, Planned]]:
    return ((person, person.visit) for person in clinic.patients if person.visit is not None)


def _book(person: Person, planned: Planned, *, at: datetime, now: datetime) -> Appointment | None:
    patient = patients.find(person)
    command = BookCommand(
        service=planned.service,
        start=at,
        clinician_id=place_of(planned.clinician).clinician.id,
        patient_id=patient.id,
        location=planned.location,
        answers=Answers(),
    )
    try:
        with one_at_a_time():
            return booking.book(command, actor=patients.actor_of(patient), now=now).appointment
    except Refusal as refusal:
        if refusal.code != "slot_taken":
            raise
        return None


def _answer(person: Person, visit: Appointment, *, now: datetime) -> None:
    """Today's answers, if any: two hours before the visit, or a moment ago where that is still to come."""
    if person.today is None:
        return
    pain, distress = person.today
    request = screen_requests.of_subjects([visit.id])[visit.id]
    at = min(visit.starts_at - ANSWERED_BEFORE, now)
    given = {"nrs-pain": (pain,), "distress-0-10": (distress,), "phq4": history.CALM}
    history.answer(request.id, given=given, actor=patients.actor_of(visit.patient), now=at, closed_by=None)


def _as_they_stand(
    made: list[tuple[Person, Appointment]], *, now: datetime
) -> Iterator[tuple[Person, Appointment, State]]:
    """Done what is over; the next patient who has answered waits (in the evening: the last one); the rest is to come."""
    waiting = next((visit for _person, visit in made if visit.ends_at > now), made[-1][1] if made else None)
    for person, visit in made:
        if visit is waiting:
            yield person, visit, State.checked_in
        else:
            yield person, visit, State.completed if visit.ends_at <= now else State.booked


def _advance(visit: Appointment, *, to: State, now: datetime) -> None:
    actor = Actor(Role.system, label="seed_demo")
    for step in STEPS[to]:
        before = State(visit.status)
        assert can_move(before, to=step)
        at = min(now, visit.ends_at if step is State.completed else visit.starts_at)
        Appointment.objects.filter(id=visit.id).update(status=step)
        visit.status = step
        events.row(visit, kind=str(step), actor=actor, now=at, from_status=before).save()
        audit.record(
            Action.update,
            actor=actor,
            category=Category.appointment,
            now=at,
            patient_id=visit.patient_id,
            object_type="visits.Appointment",
            object_id=visit.id,
            detail={"status": str(step)},
        )


def _coordinator() -> Actor:
    account = Account.objects.filter(role=Role.nurse_coordinator, is_active=True).order_by("created_at", "id").first()
    assert account is not None
    clinician = Clinician.objects.get(account=account)
    return Actor(
        Role.nurse_coordinator,
        account_id=account.pk,
        label=account.username,
        clinician_id=clinician.id,
        is_verified=True,
    )
