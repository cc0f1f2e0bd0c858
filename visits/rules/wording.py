"""The plain words of routing: a sentence and a source for each reason code, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from oncology_clinic.decisions import Citation, Confidence
from visits.rules.facts import FLAGS, Flag
from visits.rules.findings import Task
from visits.rules.sources import Sources

LANGUAGES = ("en", "es")


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in each language of the product."""

    en: str
    es: str

    def say(self, language: str) -> str:
        """In the language asked for (`es`, `es-mx`); any other language gets English."""
        return self.es if language.lower().split("-")[0] == "es" else self.en


@dataclass(frozen=True, slots=True)
class FlagWords:
    """How a patient would tick it, and where it comes from."""

    label: Words
    source: Citation


@dataclass(frozen=True, slots=True)
class Sentence:
    """A template; `source` None stands for the service's own page, or the flag's."""

    template: Words
    source: Citation | None


@dataclass(frozen=True, slots=True)
class TaskWords:
    """What staff must do; `for_patient` where the patient is told of it."""

    label: Words
    for_patient: Words | None


@dataclass(frozen=True, slots=True)
class Wording:
    """All the words, by code."""

    sentences: Mapping[str, Sentence]
    flags: Mapping[Flag, FlagWords]
    tasks: Mapping[Task, TaskWords]

    def sentence(self, code: str, *, language: str = "en") -> str:
        """The sentence of a reason code. `KeyError` names a code nobody wrote words for."""
        _, _, detail = code.rpartition(":")
        words = self.sentences[self._key(code)].template.say(language)
        return words.format(flag=self._flag_in_sentence(detail, language=language), state=detail)

    def source(self, code: str, *, service: Citation) -> Citation:
        """Where the rule behind a reason comes from; `service` is the citation of the service asked for."""
        source = self.sentences[self._key(code)].source
        if source is not None:
            return source
        flag = FLAGS.get(code.rpartition(":")[2])
        return self.flags[flag].source if flag else service

    def _key(self, code: str) -> str:
        return code if code in self.sentences else f"{code.rpartition(':')[0]}:*"

    def _flag_in_sentence(self, detail: str, *, language: str) -> str:
        flag = FLAGS.get(detail)
        label = self.flags[flag].label.say(language) if flag else ""
        return label[:1].lower() + label[1:]


def read(
    *,
    reasons: Mapping[str, Mapping[str, Any]],
    flags: Mapping[str, Mapping[str, Any]],
    tasks: Mapping[str, Mapping[str, Any]],
    sources: Sources,
) -> Wording:
    """The words from their rows."""
    return Wording(
        sentences={code: _sentence(row, sources=sources) for code, row in reasons.items()},
        flags={
            FLAGS[code]: FlagWords(label=_words(row), source=sources.cite(row["source"], confidence=row["confidence"]))
            for code, row in flags.items()
        },
        tasks={Task(code): TaskWords(_words(row), _patient_words(row)) for code, row in tasks.items()},
    )


def _sentence(row: Mapping[str, Any], *, sources: Sources) -> Sentence:
    if row["source"] in ("service", "flag"):
        return Sentence(template=_words(row), source=None)
    confidence = row.get("confidence", Confidence.clinic_policy)
    return Sentence(template=_words(row), source=sources.cite(row["source"], confidence=confidence))


def _words(row: Mapping[str, Any]) -> Words:
    return Words(en=row["en"], es=row["es"])


def _patient_words(row: Mapping[str, Any]) -> Words | None:
    return Words(en=row["patient_en"], es=row["patient_es"]) if "patient_en" in row else None
