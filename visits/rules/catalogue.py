"""What the clinic offers and the data its routing rules need, read from the TOML files beside this module."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from oncology_clinic.decisions import Citation, Malformed, Reason
from visits.rules import prescribing, thresholds, wording
from visits.rules.findings import Channel, Lean
from visits.rules.sources import Sources

HERE = Path(__file__).parent
Book: TypeAlias = dict[str, Any]  # the TOML files as read, before they become records


class ServiceClass(StrEnum):
    hard = "hard"  # hands-on: nobody can override
    soft = "soft"  # in person by default, a clinician may confirm telehealth
    case = "case"  # a clinician decides
    tele = "tele"  # telehealth by default
    clin = "clin"  # clinician to clinician
    rpm = "rpm"  # device data


class Audio(StrEnum):
    yes = "yes"
    cond = "cond"
    no = "no"


class Topic(StrEnum):
    """The shelf on which a person would look for a service."""

    visit = "visit"
    treatment = "treatment"
    medicine = "medicine"
    screening = "screening"
    support = "support"
    caregiver = "caregiver"
    staff = "staff"  # not booked by patients


@dataclass(frozen=True, slots=True)
class Service:
    """One service. `minutes` None: set by the clinic case by case; `business_days` instead for expert review.

    `stc` are X12 270 service types to ask the plan about, the leading one first; `sources` the pages
    that speak of the service, the leading one first; `basis` says in a few words what they say.
    """

    slug: str
    label: wording.Words
    topic: Topic
    kind: ServiceClass
    video: bool
    audio: Audio
    exam: bool
    stc: tuple[str, ...]
    sources: tuple[Citation, ...]
    basis: str
    lean: Lean | None = None
    is_async: bool = False
    examines: bool = False  # its visit in person is an examination, whatever else it is for
    minutes: int | None = None
    minutes_at_most: int | None = None
    business_days: int | None = None

    def __post_init__(self) -> None:
        if (self.kind is ServiceClass.case) != (self.lean is not None):
            raise ValueError(f"{self.slug}: a lean belongs to the services a clinician decides on, and to no other")

    @property
    def source(self) -> Citation:
        return self.sources[0]

    @property
    def is_patient_facing(self) -> bool:
        return self.kind not in (ServiceClass.clin, ServiceClass.rpm)

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The telehealth channels the service can take, the usual one first; empty for hands-on care."""
        if self.kind is ServiceClass.rpm:
            return (Channel.rpm,)
        if self.kind is ServiceClass.clin:
            return (Channel.async_,)  # a conference is scheduled as a meeting, not routed
        has = (
            (Channel.async_, self.is_async),
            (Channel.video, self.video),
            (Channel.audio, self.audio is not Audio.no),
        )
        return tuple(channel for channel, is_offered in has if is_offered)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything the rules ask for, as data. `revision` names this data and the rules' code together."""

    services: Mapping[str, Service]
    limits: thresholds.Thresholds
    prescribing: prescribing.Prescribing
    wording: wording.Wording
    revision: str

    def service(self, slug: str) -> Service:
        """The service of that slug; `Malformed("unknown_service")` when there is none."""
        if slug not in self.services:
            raise Malformed("unknown_service", f"There is no service {slug[:60]!r}.")
        return self.services[slug]

    @property
    def examining(self) -> list[str]:
        """The slugs of the services at whose visit in person the clinician examines the patient, sorted."""
        return sorted(slug for slug, service in self.services.items() if service.examines)

    def reason(self, code: str, *, service: Service) -> Reason:
        """A reason with its English sentence and its source."""
        return Reason(
            code=code,
            text=self.wording.sentence(code),
            source=self.wording.source(code, service=service.source),
        )


@cache
def load() -> Catalogue:
    """The built-in catalogue: read once a process, never changed."""
    return _build(_built_in())


@cache
def _amended(changes: str) -> Catalogue:
    """The built-in catalogue with a JSON list of changes (kept: a file of situations asks again each line)."""
    book = copy.deepcopy(_built_in())
    try:
        for change in json.loads(changes):
            _apply(change, book=book)
        return _build(book)
    except Malformed:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Malformed("malformed_rules", f"A row of the rules cannot be read: {error}.") from error


def amended(changes: Sequence[object]) -> Catalogue:
    """The catalogue as it would be after these changes, to try a policy before it is made.

    Each change is an object with one key: `service` (a row as in `catalogue.toml`: new, or in the
    place of the one with its slug), `threshold` (a row as in `thresholds.toml` with its `name`) or
    `federal_flexibility` (a row as in `prescribing.toml`). Raises `Malformed("malformed_rules")`.
    """
    return _amended(json.dumps(changes, sort_keys=True))


def _apply(change: object, *, book: Book) -> None:
    if not isinstance(change, dict) or len(change) != 1:
        raise Malformed("malformed_rules", "Each rule must be an object with one key.")
    ((kind, row),) = change.items()
    if kind == "service":
        book["catalogue"]["service"] = [one for one in book["catalogue"]["service"] if one["slug"] != row["slug"]]
        book["catalogue"]["service"].append(row)
    elif kind == "threshold":
        book["thresholds"][row["name"]] |= {key: value for key, value in row.items() if key != "name"}
    elif kind == "federal_flexibility":
        book["prescribing"]["federal_flexibility"].append(_with_dates(row))
    else:
        raise Malformed("malformed_rules", f"There is no kind of rule {str(kind)[:40]!r}.")


def _with_dates(row: dict[str, Any]) -> dict[str, Any]:
    days = {key: dt.date.fromisoformat(row[key]) for key in ("from", "through") if row.get(key)}
    return row | days


@cache
def _built_in() -> Book:
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(HERE.glob("*.toml"))}


def _build(book: Book) -> Catalogue:
    sources = Sources(book["sources"])
    return Catalogue(
        services={row["slug"]: _service(row, sources=sources) for row in book["catalogue"]["service"]},
        limits=thresholds.read(book["thresholds"], sources=sources),
        prescribing=prescribing.read(
            flexibilities=book["prescribing"]["federal_flexibility"],
            state_bars=book["prescribing"]["state_bar"],
            sources=sources,
        ),
        wording=wording.read(
            reasons=book["reasons"]["reason"], flags=book["flags"], tasks=book["reasons"]["task"], sources=sources
        ),
        revision=_revision(book),
    )


def _service(row: Mapping[str, Any], *, sources: Sources) -> Service:
    lean = row.get("lean")
    return Service(
        slug=row["slug"],
        label=wording.Words(**row["label"]),
        topic=Topic(row["topic"]),
        kind=ServiceClass(row["class"]),
        video=row["video"],
        audio=Audio(row["audio"]),
        exam=row["exam"],
        stc=tuple(row["stc"]),
        sources=tuple(sources.cite(key, confidence=row["confidence"]) for key in row["source"]),
        basis=row["basis"],
        lean=Lean(lean) if lean else None,
        is_async=row.get("is_async", False),
        examines=row.get("examines", row["exam"]),
        minutes=row.get("minutes"),
        minutes_at_most=row.get("minutes_at_most"),
        business_days=row.get("business_days"),
    )


def _revision(book: Book) -> str:
    """A short hash of the data and of the rules' own code, so that a stored decision names both."""
    digest = hashlib.sha256(json.dumps(book, sort_keys=True, default=str).encode())
    for path in sorted(HERE.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
