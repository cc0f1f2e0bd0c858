"""The word every rule speaks: a verdict with its reasons, and where each reason comes from.

Standard library only, so that every room's pure rules may import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Confidence(StrEnum):
    """How sure we are of a fact: the marks of the sources file."""

    verified = "verified"  # read in the source text
    secondary = "secondary"  # read in a summary, not in the primary source
    memory = "memory"  # not read at its source
    clinic_policy = "clinic_policy"  # our own convention; no outside authority


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a rule or value comes from. `read_on` is the day somebody read it there."""

    title: str
    url: str = ""
    published: str = ""
    read_on: date | None = None
    confidence: Confidence = Confidence.clinic_policy


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding of a rule: a stable code, one sentence a patient can read, and its source."""

    code: str
    text: str
    source: Citation


class Malformed(ValueError):
    """A situation or a rule file that cannot be read: a stable code and a sentence that says what to mend.

    The sentence names keys and code words, never a patient's answers.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
