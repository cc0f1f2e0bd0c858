"""A routing decision in sentences a patient can read."""

from __future__ import annotations

from visits.rules import catalogue as catalogues
from visits.rules.findings import Routed


def explain(routed: Routed, language: str = "en") -> tuple[str, ...]:
    """Why it was decided so: one sentence for each reason, the deciding one first, in English or Spanish."""
    words = catalogues.load().wording
    return tuple(words.sentence(code, language=language) for code in routed.codes)


def next_steps(routed: Routed, language: str = "en") -> tuple[str, ...]:
    """What the clinic will now do of which the patient is told, in the order of the tasks."""
    tasks = catalogues.load().wording.tasks
    told = (tasks[task].for_patient for task in routed.tasks)
    return tuple(words.say(language) for words in told if words is not None)
