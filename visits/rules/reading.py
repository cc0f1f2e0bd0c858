"""Read one JSON object strictly: the right types, known words, and no key that nobody asked for."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import NoReturn, TypeVar

from oncology_clinic.decisions import Malformed

Word = TypeVar("Word", bound=StrEnum)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?", re.ASCII)


class Reader:
    """Takes typed values out of one object. `close()` refuses what is left over.

    A value that may be unknown (its method answers None) may also be written as null.
    Raises `Malformed` with `wrong_type`, `wrong_value`, `unknown_key` or `missing_key`.
    """

    def __init__(self, raw: object, *, path: str = "") -> None:
        self._path = path
        if not isinstance(raw, Mapping):
            _refuse("wrong_type", f"{path or 'A situation'} must be a JSON object.")
        self._left = dict(raw)

    def __contains__(self, key: str) -> bool:
        return self._left.get(key) is not None

    def close(self) -> None:
        if self._left:
            names = ", ".join(sorted(self._name(str(key)[:40]) for key in self._left))
            _refuse("unknown_key", f"We do not know what to do with: {names}.")

    def required(self, key: str) -> None:
        if key not in self:
            _refuse("missing_key", f"{self._name(key)} is missing.")

    def flag(self, key: str, *, default: bool = False) -> bool:
        value = self._left.pop(key, default)
        if not isinstance(value, bool):
            _refuse("wrong_type", f"{self._name(key)} must be true or false.")
        return value

    def number(self, key: str, *, low: float, high: float) -> float | None:
        value = self._left.pop(key, None)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            _refuse("wrong_type", f"{self._name(key)} must be a number.")
        if not math.isfinite(value) or not low <= value <= high:
            _refuse("wrong_value", f"{self._name(key)} must be from {low:g} to {high:g}.")
        return value

    def whole(self, key: str, *, low: int = 0, high: int = 1_000_000) -> int | None:
        value = self.number(key, low=low, high=high)
        if value is not None and value != int(value):
            _refuse("wrong_type", f"{self._name(key)} must be a whole number.")
        return None if value is None else int(value)

    def count(self, key: str, *, high: int) -> int:
        """A whole number from 0; absent is 0, and null is refused: a count is never unknown."""
        if key in self._left and self._left[key] is None:
            _refuse("wrong_type", f"{self._name(key)} must be a whole number.")
        return self.whole(key, high=high) or 0

    def text(self, key: str, *, pattern: str, shape: str) -> str | None:
        value = self._left.pop(key, None)
        return None if value is None else self._matching(value, key=key, pattern=pattern, shape=shape)

    def texts(self, key: str, *, pattern: str, shape: str) -> tuple[str, ...]:
        value = self._left.pop(key, [])
        if not isinstance(value, list):
            _refuse("wrong_type", f"{self._name(key)} must be a list.")
        return tuple(self._matching(one, key=key, pattern=pattern, shape=shape) for one in value)

    def word(self, key: str, kind: type[Word]) -> Word | None:
        value = self._left.pop(key, None)
        if value is None:
            return None
        if not isinstance(value, str):
            _refuse("wrong_type", f"{self._name(key)} must be one of: {', '.join(kind)}.")
        if value not in set(kind):
            _refuse("wrong_value", f"{self._name(key)} must be one of: {', '.join(kind)}.")
        return kind(value)

    def known_word(self, key: str, kind: type[Word], *, default: Word) -> Word:
        """As `word`, where null is refused: the set has its own word for unknown."""
        if key in self._left and self._left[key] is None:
            _refuse("wrong_type", f"{self._name(key)} must be one of: {', '.join(kind)}.")
        return self.word(key, kind) or default

    def date(self, key: str) -> dt.date | None:
        text = self.text(key, pattern=_DATE.pattern, shape="a date like 2026-11-23")
        try:
            return None if text is None else dt.date.fromisoformat(text)
        except ValueError:
            _refuse("wrong_value", f"{self._name(key)} is not a day of the calendar.")

    def local_time(self, key: str) -> dt.datetime | None:
        """A date and time without an offset: the clinic's own clock."""
        text = self.text(key, pattern=_DATE_TIME.pattern, shape="a local date and time like 2026-11-23T16:30")
        try:
            return None if text is None else dt.datetime.fromisoformat(text)
        except ValueError:
            _refuse("wrong_value", f"{self._name(key)} is not a date and time of the calendar.")

    def inner(self, key: str) -> Reader | None:
        value = self._left.pop(key, None)
        return None if value is None else Reader(value, path=self._name(key))

    def _matching(self, value: object, *, key: str, pattern: str, shape: str) -> str:
        if not isinstance(value, str):
            _refuse("wrong_type", f"{self._name(key)} must be text: {shape}.")
        if not re.fullmatch(pattern, value):
            _refuse("wrong_value", f"{self._name(key)} must be {shape}.")
        return value

    def _name(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key


def _refuse(code: str, sentence: str) -> NoReturn:
    raise Malformed(code, sentence)
