"""From plain JSON or TOML values to a rule or a question, refusing whatever does not fit the model.

A key or value we do not know is refused, not skipped: a mistyped condition must never
turn into a rule without that condition.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from billing.rules.model import (
    ANY,
    FAMILY_PREFIX,
    Basis,
    CostShare,
    CoverageRule,
    Decides,
    Eligibility,
    Modality,
    Parity,
    PayerType,
    PriorAuthorization,
    Question,
    Relation,
    RuleKind,
    RuleSource,
    RuleStatus,
    Site,
    Values,
)
from oncology_clinic.decisions import Malformed

Enum = TypeVar("Enum", bound=StrEnum)
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
WORD = re.compile(r"[a-z][a-z0-9_]*")
LONGEST = 200

QUESTION_KEYS = frozenset(
    [
        "payer_type",
        "payer",
        "plan",
        "policy_situs",
        "program_state",
        "patient_location",
        "service",
        "modality",
        "provider_type",
        "site",
        "relation",
        "dos",
        "today",
        "facts",
        "prior_auth",
        "elig271",
    ]
)
DIMENSIONS = ["payer_type", "payer", "plan", "jurisdiction", "service", "modality", "provider_type", "site", "relation"]
CLOSED: Mapping[str, type[StrEnum]] = {
    "payer_type": PayerType,
    "modality": Modality,
    "site": Site,
    "relation": Relation,
}
RULE_KEYS = frozenset(
    [
        "id",
        "version",
        "kind",
        "basis",
        "from",
        "to",
        "conditions",
        "decision",
        "cost_share",
        "payment_parity",
        "pos_hint",
        "modifier_hint",
        "source_url",
        "source_title",
        "source_date",
        "retrieved_on",
        "confidence",
        "reviewed_by",
        "reviewed_on",
        "review_due",
        "status",
        "note",
    ]
) | frozenset(DIMENSIONS)


# -- the question --------------------------------------------------------------------------


def question(raw: object) -> Question:
    """A `Question` from the contract's coverage input. An absent key, or null, is unknown.

    Raises `Malformed`: `not_an_object`, `unknown_key`, `missing_key`, `wrong_type`,
    `unknown_value`, `not_a_date`.
    """
    given = _object(raw, name="the situation")
    _only(given, QUESTION_KEYS, name="the situation")
    for key in ("payer_type", "service", "modality", "dos", "today"):
        if given.get(key) is None:
            raise Malformed("missing_key", f"{key} is missing.")
    slug = _text(given, "service")
    if slug == ANY or slug.startswith(FAMILY_PREFIX):
        raise Malformed("unknown_value", "service must be one service, not a family.")
    return Question(
        payer_type=_one_of(given, "payer_type", PayerType),
        service=slug,
        modality=_one_of(given, "modality", Modality),
        dos=_day(given, "dos"),
        today=_day(given, "today"),
        payer=_text_or_none(given, "payer"),
        plan=_text_or_none(given, "plan"),
        policy_situs=_text_or_none(given, "policy_situs"),
        program_state=_text_or_none(given, "program_state"),
        patient_location=_text_or_none(given, "patient_location"),
        provider_type=_text_or_none(given, "provider_type"),
        site=_one_of(given, "site", Site) if given.get("site") is not None else None,
        relation=_one_of(given, "relation", Relation) if given.get("relation") is not None else None,
        facts=_facts(given.get("facts")),
        prior_auth=_prior_auth(given.get("prior_auth")),
        elig271=_one_of(given, "elig271", Eligibility) if given.get("elig271") is not None else None,
    )


def _facts(raw: object) -> Mapping[str, bool]:
    if raw is None:
        return {}
    facts = {}
    for name, value in _object(raw, name="facts").items():
        if value is None:
            continue  # asked and not answered: unknown
        if not isinstance(value, bool):
            raise Malformed("wrong_type", f"facts.{name} must be true or false.")
        facts[name] = value
    return facts


def _prior_auth(raw: object) -> PriorAuthorization | None:
    if raw is None:
        return None
    given = _object(raw, name="prior_auth")
    _only(given, frozenset({"service", "from", "to"}), name="prior_auth")
    for key in ("service", "from"):
        if given.get(key) is None:
            raise Malformed("missing_key", f"prior_auth.{key} is missing.")
    return PriorAuthorization(_text(given, "service"), _day(given, "from"), _day_or_none(given, "to"))


# -- rules ----------------------------------------------------------------------------------


def rules(raw: object) -> list[CoverageRule]:
    """The rules of a JSON array. Raises `Malformed` naming the first rule that is wrong; ids are unique."""
    if not isinstance(raw, list):
        raise Malformed("invalid_rules", "The rules must be a JSON array.")
    read = [rule(one, place=str(number)) for number, one in enumerate(raw, start=1)]
    seen: set[tuple[str, int]] = set()
    for one in read:
        if (one.id, one.version) in seen:
            raise Malformed("invalid_rules", f"Two rules have the id {one.id}.")
        seen.add((one.id, one.version))
    return read


def rule(raw: object, *, place: str = "") -> CoverageRule:
    """One rule. An absent dimension is `*`, an absent basis `patient_location`, an absent status `active`.

    Raises `Malformed("invalid_rules", ...)` with the rule's id or place in the file.
    """
    name = str(raw.get("id", place))[:60] if isinstance(raw, Mapping) else place
    try:
        return _rule(_object(raw, name="a rule"))
    except Malformed as wrong:
        raise Malformed("invalid_rules", f"Rule {name}: {wrong.sentence}") from None


def _rule(given: Mapping[str, Any]) -> CoverageRule:
    _only(given, RULE_KEYS, name="a rule")
    for key in ("id", "kind", "decision", "from"):
        if given.get(key) is None:
            raise Malformed("missing_key", f"{key} is missing.")
    first, last = _day(given, "from"), _day_or_none(given, "to")
    if last is not None and last < first:
        raise Malformed("unknown_value", "to lies before from.")
    return CoverageRule(
        id=_text(given, "id"),
        version=_version(given.get("version", 1)),
        kind=_one_of(given, "kind", RuleKind),
        decision=_one_of(given, "decision", Decides),
        valid_from=first,
        valid_to=last,
        **{dimension: _values(given, dimension) for dimension in DIMENSIONS},
        basis=_one_of(given, "basis", Basis, default=Basis.patient_location),
        conditions=_conditions(given.get("conditions")),
        cost_share=_one_of(given, "cost_share", CostShare, default=CostShare.unknown),
        payment_parity=_one_of(given, "payment_parity", Parity, default=Parity.unknown),
        pos_hint=_text_or_none(given, "pos_hint") or "",
        modifier_hint=_text_or_none(given, "modifier_hint") or "",
        source=_source(given),
        reviewed_by=_text_or_none(given, "reviewed_by") or "",
        reviewed_on=_day_or_none(given, "reviewed_on"),
        review_due=_day_or_none(given, "review_due"),
        status=_one_of(given, "status", RuleStatus, default=RuleStatus.active),
        note=_text_or_none(given, "note", longest=4000) or "",
    )


def _source(given: Mapping[str, Any]) -> RuleSource:
    return RuleSource(
        title=_text_or_none(given, "source_title", longest=400) or "",
        url=_text_or_none(given, "source_url", longest=400) or "",
        published=_text_or_none(given, "source_date") or "",
        read_on=_day_or_none(given, "retrieved_on"),
        confidence=_text_or_none(given, "confidence") or "",
    )


def _version(raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 1:
        raise Malformed("wrong_type", "version must be a whole number from 1.")
    return raw


def _values(given: Mapping[str, Any], key: str) -> Values:
    raw = given.get(key)
    if raw is None:
        return (ANY,)
    listed = raw if isinstance(raw, list) else [raw]
    if not listed:
        raise Malformed("unknown_value", f"{key} is an empty list: the rule would never hold.")
    closed = CLOSED.get(key)
    for value in listed:
        if not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
            raise Malformed("wrong_type", f"{key} must be text, or a list of texts.")
        if closed is not None and value != ANY and value not in {str(member) for member in closed}:
            raise Malformed("unknown_value", f"{key} does not know {value[:60]!r}.")
    return tuple(dict.fromkeys(listed))


def _conditions(raw: object) -> Values:
    if raw is None:
        return ()
    listed = raw if isinstance(raw, list) else [raw]
    for name in listed:
        if not isinstance(name, str) or not WORD.fullmatch(name):
            raise Malformed("wrong_type", "conditions must be names of facts, in lower snake case.")
    return tuple(dict.fromkeys(listed))


# -- single values ---------------------------------------------------------------------------


def _object(raw: object, *, name: str) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise Malformed("not_an_object", f"{name} must be a JSON object.")
    return raw


def _only(given: Mapping[str, Any], known: frozenset[str], *, name: str) -> None:
    unknown = sorted(str(key) for key in given if key not in known)
    if unknown:
        raise Malformed("unknown_key", f"We do not know {', '.join(unknown)[:120]} in {name}.")


def _text(given: Mapping[str, Any], key: str, *, longest: int = LONGEST) -> str:
    value = given[key]
    if not isinstance(value, str):
        raise Malformed("wrong_type", f"{key} must be text.")
    if not value.strip() or len(value) > longest or "\x00" in value:
        raise Malformed("unknown_value", f"{key} must be a text of 1 to {longest} characters.")
    return value


def _text_or_none(given: Mapping[str, Any], key: str, *, longest: int = LONGEST) -> str | None:
    if given.get(key) in (None, ""):
        return None
    return _text(given, key, longest=longest)


def _one_of(given: Mapping[str, Any], key: str, members: type[Enum], *, default: Enum | None = None) -> Enum:
    value = given.get(key)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise Malformed("wrong_type", f"{key} must be text.")
    try:
        return members(value)
    except ValueError:
        known = ", ".join(sorted(members))
        raise Malformed("unknown_value", f"{key} must be one of: {known}.") from None


def _day_or_none(given: Mapping[str, Any], key: str) -> date | None:
    return None if given.get(key) is None else _day(given, key)


def _day(given: Mapping[str, Any], key: str) -> date:
    value = given[key]
    if isinstance(value, date) and not isinstance(value, datetime):  # TOML has dates of its own
        return value
    if isinstance(value, str) and ISO_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise Malformed("not_a_date", f"{key} must be a date like 2026-12-01.")
