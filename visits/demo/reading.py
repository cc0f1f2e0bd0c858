"""The demo clinic's files as frozen values."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Site:
    code: str
    name: str
    address: str
    phone: str
    state: str
    time_zone: str
    rooms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Licence:
    state: str
    starts_on: date
    last_day: date | None
    kind: str
    status: str


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of work on each of `days` (0 is Monday), in the site's local time."""

    site: str
    days: tuple[int, ...]
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class Leave:
    in_days: int
    days: int


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works here; `username` empty: in the directory, without a sign-in."""

    role: str
    name: str
    username: str = ""
    profession: str = ""
    team: str = ""
    licences: tuple[Licence, ...] = ()
    hours: tuple[Hours, ...] = ()
    leave: tuple[Leave, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    code: str
    name: str
    payer: str
    payer_type: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class PlanRule:
    """What an invented plan says."""

    code: str
    payer: tuple[str, ...]
    jurisdiction: tuple[str, ...]
    service: tuple[str, ...]
    modality: tuple[str, ...]
    decision: str
    cost_share: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A visit to be booked: with whom, on which days from today on (`in_days`), at which local time of the site."""

    clinician: str
    at: time
    service: str
    location: str
    in_days: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Person:
    """A patient. `pain` and `distress` are earlier answers, oldest first; `today` those of this day, if any."""

    name: str
    born: date
    home_state: str
    plan: str
    username: str = ""
    preferred: str = ""
    language: str = "en"
    needs_interpreter: bool = False
    has_video: bool = True
    phone: str = ""
    diagnosis: str = ""
    therapy: str = "none"
    examined_days_ago: int | None = None
    situs: str = ""
    program_state: str = ""
    pain: tuple[int, ...] = ()
    distress: tuple[int, ...] = ()
    today: tuple[int, int] | None = None
    visit: Planned | None = None
    request: Planned | None = None
    coming: Planned | None = None

    @property
    def email(self) -> str:
        return f"{self.name.lower().replace(' ', '.')}@patients.example"


@dataclass(frozen=True, slots=True)
class Helper:
    """A caregiver, and what the patient (by username) lets them do; `days` None: until ended."""

    username: str
    name: str
    relationship: str
    patient: str
    scopes: tuple[str, ...]
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Clinic:
    sites: tuple[Site, ...]
    staff: tuple[Staff, ...]
    plans: tuple[Plan, ...]
    plan_rules: tuple[PlanRule, ...]
    patients: tuple[Person, ...]
    helpers: tuple[Helper, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """What people of a clinic made in bulk are put together from."""

    first: tuple[str, ...]
    last: tuple[str, ...]
    diagnosis: tuple[str, ...]
    states: tuple[str, ...]
    telehealth: tuple[str, ...]
    in_person: tuple[str, ...]


@cache
def clinic() -> Clinic:
    """The demo clinic as its two files describe it."""
    places, people = _file("clinic.toml"), _file("people.toml")
    return Clinic(
        sites=tuple(Site(**_tuples(row)) for row in places["site"]),
        staff=tuple(_staff(row) for row in places["staff"]),
        plans=tuple(Plan(**row) for row in places["plan"]),
        plan_rules=tuple(PlanRule(**_tuples(row)) for row in places["plan_rule"]),
        patients=tuple(_person(row) for row in people["patient"]),
        helpers=tuple(Helper(**_tuples(row)) for row in people["caregiver"]),
    )


@cache
def names() -> Names:
    return Names(**_tuples(_file("names.toml")))


def _file(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text("utf-8"))


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def _staff(row: dict[str, Any]) -> Staff:
    known = {key: row[key] for key in ("role", "name", "username", "profession", "team") if key in row}
    return Staff(
        **known,
        licences=tuple(
            Licence(
                state=one["state"],
                starts_on=one["from"],
                last_day=one.get("to"),
                kind=one.get("kind", "full_license"),
                status=one.get("status", "active"),
            )
            for one in row.get("licences", ())
        ),
        hours=tuple(Hours(one["site"], tuple(one["days"]), one["from"], one["to"]) for one in row.get("hours", ())),
        leave=tuple(Leave(**one) for one in row.get("leave", ())),
    )


def _person(row: dict[str, Any]) -> Person:
    known = _tuples({key: value for key, value in row.items() if key not in ("visit", "request", "coming", "today")})
    answers = row.get("today")
    home = row["home_state"]
    return Person(
        **known,
        today=(answers["pain"], answers["distress"]) if answers else None,
        visit=_planned(row.get("visit"), home=home),
        request=_planned(row.get("request"), home=home),
        coming=_planned(row.get("coming"), home=home),
    )


def _planned(row: dict[str, Any] | None, *, home: str) -> Planned | None:
    if row is None:
        return None
    if "times" in row:
        days = tuple(row["first_in_days"] + row["every"] * number for number in range(row["times"]))
    else:
        days = (row.get("in_days", 0),)
    return Planned(row["clinician"], row["at"], row["service"], row.get("location", home), days)
