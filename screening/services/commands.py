"""What a person asks of the answering services: plain, frozen, without words of the web."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SavePage:
    """The answers of one page, in item order; None is a question that was skipped."""

    request_id: UUID
    number: int
    answers: tuple[int | None, ...]
    wants_call: bool = False


@dataclass(frozen=True, slots=True)
class AnswerScreen:
    """All answers of one instrument, in item order, nulls included."""

    request_id: UUID
    instrument: str
    answers: tuple[int | None, ...]
