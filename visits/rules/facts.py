"""The facts routing asks for: a frozen record, and its JSON form (contract.md, "routing")."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from typing import TypeAlias

from oncology_clinic.decisions import Malformed
from visits.rules.reading import Reader


class EmergencyFlag(StrEnum):
    """Answers that stop the booking: do not book, show the emergency script."""

    airway_or_svc = "airway_or_svc"
    anaphylaxis = "anaphylaxis"
    chest_pain_new = "chest_pain_new"
    cord_compression_signs = "cord_compression_signs"
    dyspnea_at_rest = "dyspnea_at_rest"
    fever_neutropenia_risk = "fever_neutropenia_risk"  # mostly computed from the temperature
    rigors_on_sact = "rigors_on_sact"
    stroke_or_confusion_or_seizure = "stroke_or_confusion_or_seizure"
    suicide_plan_or_intent = "suicide_plan_or_intent"
    uncontrolled_bleeding = "uncontrolled_bleeding"


class RedFlag(StrEnum):
    """Answers that bring the patient in on the same day."""

    diarrhea_ge4_on_ici = "diarrhea_ge4_on_ici"
    diarrhea_ge7 = "diarrhea_ge7"
    dyspnea_on_exertion_new = "dyspnea_on_exertion_new"
    extravasation = "extravasation"
    jaundice_new = "jaundice_new"
    line_infection_signs = "line_infection_signs"
    no_fluids_24h = "no_fluids_24h"
    spine_pain_known_mets = "spine_pain_known_mets"
    unilateral_leg_swelling_new = "unilateral_leg_swelling_new"


Flag: TypeAlias = EmergencyFlag | RedFlag
FLAGS: dict[str, Flag] = {**{flag: flag for flag in EmergencyFlag}, **{flag: flag for flag in RedFlag}}


class Schedule(StrEnum):
    """Controlled-substance schedule of what the visit is to prescribe."""

    II = "II"
    III = "III"
    IV = "IV"
    V = "V"


class Preference(StrEnum):
    in_person = "in_person"
    telehealth = "telehealth"
    audio = "audio"


class Coverage(StrEnum):
    """Whether the plan pays for this service by telehealth."""

    covered = "covered"
    not_covered = "not_covered"
    unknown = "unknown"
    pa_missing = "pa_missing"


class Override(StrEnum):
    """What a clinician decided instead."""

    in_person = "in_person"
    telehealth = "telehealth"


IN_PERSON_ONLY = "in_person_only"


@dataclass(frozen=True, slots=True)
class Pain:
    """0 to 10. `now` None: not asked. `baseline` None: no known rise."""

    now: int | None = None
    baseline: int | None = None
    new: bool = False


@dataclass(frozen=True, slots=True)
class Capability:
    """What the patient has. Nothing said about devices at all: everything works."""

    video: bool = True
    bandwidth: bool = True
    phone: bool = True


@dataclass(frozen=True, slots=True)
class Communication:
    """What the patient needs to be understood. `interpreter` is where the aid exists; only `in_person_only` matters."""

    deaf_hoh: bool = False
    relay_or_caption: bool = False
    language: str | None = None
    interpreter: str | None = None
    cognition_impaired: bool = False
    helper: bool = False

    @property
    def needs_language_help(self) -> bool:
        return self.language is not None and self.language.lower().split("-")[0] != "en"


@dataclass(frozen=True, slots=True)
class Facts:
    """One visit to be routed. The names and the defaults are the contract's.

    `service` is a slug of the catalogue; `date` the day of the visit (None: not chosen yet);
    `location` the code of the state the patient will be in (None: unknown); `licensed` the codes
    in which the clinician may practise; `temp_c` in degrees Celsius; `anc` in cells per microlitre;
    `days_since_sact` days since systemic anticancer therapy (None: none recent); `ambers` the
    count of amber answers other than fever.
    """

    service: str
    date: dt.date | None = None
    location: str | None = None
    licensed: frozenset[str] = frozenset()
    temp_c: float | None = None
    days_since_sact: int | None = None
    anc: float | None = None
    transplant_or_heme: bool = False
    flags: frozenset[Flag] = frozenset()
    ambers: int = 0
    pain: Pain = field(default_factory=Pain)
    phq9_item9: int = 0
    exam_due: bool = False
    exam_booked_within_7d: bool = False
    cap: Capability = field(default_factory=Capability)
    comm: Communication = field(default_factory=Communication)
    private_safe_place: bool = True
    schedule: Schedule | None = None
    prior_in_person_by_prescriber: bool = False
    state_bars_schedule_ii_telehealth: bool = False
    new_patient: bool = False
    serious: bool = False
    pref: Preference | None = None
    coverage: Coverage = Coverage.covered
    self_pay_ack: bool = False
    cannot_travel: bool = False
    barrier: bool = False
    override: Override | None = None

    @property
    def wants_telehealth(self) -> bool:
        return self.pref in (Preference.telehealth, Preference.audio)

    @property
    def has_travel_barrier(self) -> bool:
        return self.barrier or self.cannot_travel

    def as_dict(self) -> dict[str, object]:
        """The facts in the contract's JSON form, every key present; `from_dict` reads it back unchanged."""
        return _plain_record(self)

    @classmethod
    def from_dict(cls, situation: object) -> Facts:
        """Read a JSON situation. Raises `Malformed` on a wrong type, an unknown word, flag or key."""
        reader = Reader(situation)
        reader.required("service")
        facts = cls(
            service=reader.text("service", pattern=r".{1,60}", shape="the slug of a service") or "",
            date=reader.date("date"),
            location=reader.text("location", pattern=STATE, shape=STATE_SHAPE),
            licensed=frozenset(reader.texts("licensed", pattern=STATE, shape=STATE_SHAPE)),
            temp_c=reader.number("temp_c", low=25, high=45),
            days_since_sact=reader.whole("days_since_sact"),
            anc=reader.number("anc", low=0, high=1_000_000),
            transplant_or_heme=reader.flag("transplant_or_heme"),
            flags=frozenset(_flag(code) for code in reader.texts("flags", pattern=r"(?s).*", shape="a flag")),
            ambers=reader.count("ambers", high=1000),
            pain=_pain(reader.inner("pain")),
            phq9_item9=reader.count("phq9_item9", high=3),
            exam_due=reader.flag("exam_due"),
            exam_booked_within_7d=reader.flag("exam_booked_within_7d"),
            cap=_capability(reader.inner("cap")),
            comm=_communication(reader.inner("comm")),
            private_safe_place=reader.flag("private_safe_place", default=True),
            schedule=reader.word("schedule", Schedule),
            prior_in_person_by_prescriber=reader.flag("prior_in_person_by_prescriber"),
            state_bars_schedule_ii_telehealth=reader.flag("state_bars_schedule_ii_telehealth"),
            new_patient=reader.flag("new_patient"),
            serious=reader.flag("serious"),
            pref=reader.word("pref", Preference),
            coverage=reader.known_word("coverage", Coverage, default=Coverage.covered),
            self_pay_ack=reader.flag("self_pay_ack"),
            cannot_travel=reader.flag("cannot_travel"),
            barrier=reader.flag("barrier"),
            override=reader.word("override", Override),
        )
        reader.close()
        return facts


# Jurisdictions are data, not a list in code: any code of this shape may be a place.
STATE = r"[A-Z]{2,3}"
STATE_SHAPE = "the code of a state, in capital letters"
_LANGUAGE = r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*"


def _flag(code: str) -> Flag:
    if code not in FLAGS:
        raise Malformed("unknown_flag", f"There is no flag {code[:60]!r}.")
    return FLAGS[code]


def _pain(reader: Reader | None) -> Pain:
    if reader is None:
        return Pain()
    pain = Pain(
        now=reader.whole("now", high=10),
        baseline=reader.whole("baseline", high=10),
        new=reader.flag("new"),
    )
    reader.close()
    return pain


def _capability(reader: Reader | None) -> Capability:
    if reader is None:
        return Capability()
    capability = Capability(
        video=reader.flag("video"),  # a patient who tells us about devices and names no camera has none
        bandwidth=reader.flag("bandwidth", default=True),
        phone=reader.flag("phone", default=True),
    )
    reader.close()
    return capability


def _communication(reader: Reader | None) -> Communication:
    if reader is None:
        return Communication()
    communication = Communication(
        deaf_hoh=reader.flag("deaf_hoh"),
        relay_or_caption=reader.flag("relay_or_caption"),
        language=reader.text("language", pattern=_LANGUAGE, shape="a language code like es"),
        interpreter=reader.text("interpreter", pattern=r"[a-z][a-z0-9_]{0,39}", shape="a lower-case word"),
        cognition_impaired=reader.flag("cognition_impaired"),
        helper=reader.flag("helper"),
    )
    reader.close()
    return communication


def _plain_record(record: object) -> dict[str, object]:
    assert is_dataclass(record)
    return {one.name: _plain(getattr(record, one.name)) for one in fields(record)}


def _plain(value: object) -> object:
    if is_dataclass(value):
        return _plain_record(value)
    if isinstance(value, frozenset):
        return sorted(str(one) for one in value)
    if isinstance(value, StrEnum):
        return str(value)
    return value.isoformat() if isinstance(value, dt.date) else value
