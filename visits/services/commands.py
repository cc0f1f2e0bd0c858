"""What the forms hand to the services: one frozen dataclass a use case."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from visits.rules.states import MissedBy


@dataclass(frozen=True, slots=True)
class Answers:
    """The part of the routing input that the patient knows; None or empty is "not asked". Temperature in Celsius."""

    temp_c: float | None = None
    flags: tuple[str, ...] = ()
    ambers: int = 0
    pain_now: int | None = None
    pain_baseline: int | None = None
    pain_new: bool | None = None
    cap_video: bool | None = None
    cap_bandwidth: bool | None = None
    cap_phone: bool | None = None
    comm_deaf_hoh: bool = False
    comm_relay_or_caption: bool = False
    comm_language: str = ""
    comm_interpreter: str = ""
    comm_cognition_impaired: bool = False
    comm_helper: bool = False
    private_safe_place: bool = True
    pref: str = ""
    self_pay_ack: bool = False
    cannot_travel: bool = False
    barrier: bool = False


@dataclass(frozen=True, slots=True)
class PreviewCommand:
    """`patient_id` None: the caller's own. `location`: the state the patient will be in; empty is unknown."""

    service: str
    patient_id: UUID | None = None
    clinician_id: UUID | None = None
    start: datetime | None = None
    minutes: int | None = None
    location: str = ""
    answers: Answers = field(default_factory=Answers)


@dataclass(frozen=True, slots=True)
class BookCommand:
    service: str
    start: datetime
    clinician_id: UUID
    patient_id: UUID | None = None
    minutes: int | None = None
    location: str = ""
    answers: Answers = field(default_factory=Answers)


@dataclass(frozen=True, slots=True)
class HoldCommand:
    """Keep a time for ten minutes while the questions are answered."""

    service: str
    start: datetime
    clinician_id: UUID
    modality: str
    patient_id: UUID | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class RescheduleCommand:
    """`expected_start` is the time the caller saw; another one in the record means somebody was quicker."""

    appointment_id: UUID
    start: datetime
    clinician_id: UUID | None = None
    expected_start: datetime | None = None


@dataclass(frozen=True, slots=True)
class CancelCommand:
    """`reason` is a code; `words` are the person's own, if any."""

    appointment_id: UUID
    reason: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class CloseVisitCommand:
    """A visit whose time has come and that nobody closed. `missed_by` None: it took place."""

    appointment_id: UUID
    missed_by: MissedBy | None


@dataclass(frozen=True, slots=True)
class FindCommand:
    """Exact values by which a patient is looked for; empty: not asked by this. All that are given must fit."""

    name: str = ""
    birth_date: date | None = None
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class DecideCommand:
    """A clinician's answer to a request: `verdict` is in_person, telehealth or decline.

    `location` is the patient's state where the request did not know it and somebody has asked since.
    """

    appointment_id: UUID
    verdict: str
    reason: str
    location: str = ""


@dataclass(frozen=True, slots=True)
class SlotsQuery:
    """Days are inclusive. `modality` empty: any the service allows."""

    service: str
    first_day: date
    last_day: date
    modality: str = ""
    clinician_id: UUID | None = None
    location: str = ""
    minutes: int | None = None
