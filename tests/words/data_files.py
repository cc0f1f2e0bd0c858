"""Texts in two languages that live in data files: the rules' sentences, the services, the instruments, the letters."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.words.audiences import ROOT

# Texts of validated instruments: a form's wording is its publisher's, not ours to make easier.
VALIDATED = frozenset({"phq2", "phq4", "phq9", "gad2", "gad7", "peg", "esas-r", "mcsi", "zbi12"})
TAG = re.compile(r"\{%.*?%\}")


@dataclass(frozen=True, slots=True)
class Pair:
    """One text in English and in Spanish, and where it stands. `group` is the file's kind."""

    group: str
    where: str
    en: str
    es: str


def all_pairs() -> list[Pair]:
    return [*reasons(), *flags(), *services(), *instruments(), *letters()]


def reasons() -> Iterator[Pair]:
    found = _toml("visits/rules/reasons.toml")
    for code, row in found["reason"].items():
        yield Pair("reasons", f"reason {code}", row["en"], row["es"])
    for code, row in found["task"].items():
        if "patient_en" in row or "patient_es" in row:
            yield Pair("reasons", f"task {code}", row.get("patient_en", ""), row.get("patient_es", ""))


def flags() -> Iterator[Pair]:
    for code, row in _toml("visits/rules/flags.toml").items():
        yield Pair("signs", f"flag {code}", row["en"], row["es"])


def services() -> Iterator[Pair]:
    for row in _toml("visits/rules/catalogue.toml")["service"]:
        yield Pair("services", row["slug"], row["label"]["en"], row["label"].get("es", ""))


def instruments(*, validated: bool = False) -> Iterator[Pair]:
    """Our own instruments; with `validated`, those of others."""
    for path in sorted((ROOT / "screening/instruments").glob("*.toml")):
        if (path.stem in VALIDATED) is validated:
            for place, words in _bilingual(tomllib.loads(path.read_text()), path.stem):
                yield Pair("instruments", place, words.get("en", ""), words.get("es", ""))


def letters() -> Iterator[Pair]:
    for folder in ("templates/email", "templates/sms"):
        for english in sorted((ROOT / folder).glob("*.en.*")):
            spanish = Path(str(english).replace(".en.", ".es."))
            where = english.relative_to(ROOT).as_posix()
            yield Pair("letters", where, _letter(english), _letter(spanish) if spanish.exists() else "")


def _letter(path: Path) -> str:
    return TAG.sub(" ", path.read_text(encoding="utf-8"))


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / name).read_text(encoding="utf-8"))


def _bilingual(value: Any, place: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Every `{ en = ..., es = ... }` inside, wherever it stands."""
    if isinstance(value, dict) and {"en", "es"} & set(value) and all(isinstance(one, str) for one in value.values()):
        if set(value) != {"es"} or value["es"] != "needs_qualified_reviewer":
            yield place, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _bilingual(inner, f"{place} {key}")
    elif isinstance(value, list):
        for inner in value:
            yield from _bilingual(inner, f"{place} {inner.get('code', '') if isinstance(inner, dict) else ''}")
