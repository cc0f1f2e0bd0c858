"""Answer situations from a file with the clinic's pure decisions: no database, no network."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from oncology_clinic.decisions import Malformed

Answer: TypeAlias = dict[str, Any]
Decide: TypeAlias = Callable[[Any], Answer]

AS_SETS = frozenset({"tasks", "actions"})


class Command(BaseCommand):
    help = (
        "Decide KIND for each JSON object read from standard input, one a line in and one a line out, same order. "
        "A malformed line gives {error, detail}, and the exit status is then 1."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "kind", metavar="KIND", choices=sorted(settings.DECIDERS), help=", ".join(settings.DECIDERS)
        )
        parser.add_argument(
            "--rules", type=Path, metavar="FILE", help="a JSON array of rules instead of the built-in ones"
        )
        parser.add_argument(
            "--check", type=Path, metavar="FILE", help='lines {"id", "why", "in", "out"} to compare with'
        )

    def handle(self, *args: object, kind: str, rules: Path | None, check: Path | None, **options: object) -> None:
        decide = _decider(kind, rules=None if rules is None else _read_rules(rules))
        if check is None:
            failed = self._answer(_standard_input(), decide=decide)
        else:
            failed = self._check(_file_lines(check), decide=decide)
        if failed:
            raise SystemExit(1)

    def _answer(self, lines: Iterable[bytes], *, decide: Decide) -> int:
        """Print one answer a line as soon as its line is read; how many lines were malformed."""
        malformed = 0
        for line in lines:
            try:
                answer = decide(read_json(line))
            except Malformed as problem:
                malformed += 1
                answer = _error(problem)
            self.stdout.write(json.dumps(answer))
            self.stdout.flush()
        return malformed

    def _check(self, lines: Iterable[bytes], *, decide: Decide) -> int:
        """Print each mismatch and the closing count; how many situations did not match."""
        situations = mismatches = 0
        for line in filter(bytes.strip, lines):
            situations += 1
            checked = _checked(line, decide=decide)
            if not checked.matches:
                mismatches += 1
                self._print_mismatch(checked)
        self.stdout.write(f"{situations} situations, {mismatches} mismatches")
        return mismatches

    def _print_mismatch(self, checked: Checked) -> None:
        self.stdout.write(f"{checked.name}: {checked.why}" if checked.why else checked.name)
        self.stdout.write(f"  expected {json.dumps(checked.expected, sort_keys=True)}")
        self.stdout.write(f"  actual   {json.dumps(checked.actual, sort_keys=True)}")


@dataclass(frozen=True)
class Checked:
    """One worked situation beside what was decided."""

    name: str
    why: str
    expected: Answer
    actual: Answer

    @property
    def matches(self) -> bool:
        """Only the keys expected are compared; reasons with the first in place, tasks and actions as sets."""
        return all(
            key in self.actual and _same(key, expected=value, actual=self.actual[key])
            for key, value in self.expected.items()
        )


def read_json(line: bytes) -> object:
    """The JSON value of a line; `Malformed("not_json")` where there is none, or one that means two things."""
    try:
        return json.loads(line.decode("utf-8-sig"), object_pairs_hook=_without_doubles, parse_constant=_no_constant)
    except Malformed:
        raise
    except (ValueError, RecursionError):
        raise Malformed("not_json", "The line is not one JSON object.") from None


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("duplicate_key", "A key stands twice in the same object.")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(name)  # NaN and Infinity are not JSON


def _decider(kind: str, *, rules: list[Any] | None) -> Decide:
    function = import_string(settings.DECIDERS[kind])

    def decide(situation: Any) -> Answer:
        if not isinstance(situation, dict):
            raise Malformed("not_an_object", "A situation must be a JSON object.")
        answer: Answer = function(situation, rules=rules)
        return answer

    return decide


def _read_rules(path: Path) -> list[Any]:
    try:
        rules = read_json(path.read_bytes())
    except OSError as problem:
        raise CommandError(f"The rules cannot be read: {problem.strerror}.") from None
    except Malformed as problem:
        raise CommandError(f"The rules are not a JSON array. {problem.sentence}") from None
    if not isinstance(rules, list):
        raise CommandError("The rules must be a JSON array.")
    return rules


def _standard_input() -> Iterator[bytes]:
    yield from sys.stdin.buffer


def _file_lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as lines:
            yield from lines
    except OSError as problem:
        raise CommandError(f"The situations cannot be read: {problem.strerror}.") from None


def _checked(line: bytes, *, decide: Decide) -> Checked:
    try:
        row = _situation(read_json(line))
    except Malformed as problem:
        return Checked(name="A line", why="", expected={"in": "...", "out": "..."}, actual=_error(problem))
    try:
        actual = decide(row["in"])
    except Malformed as problem:
        actual = _error(problem)
    return Checked(name=str(row.get("id", "")), why=str(row.get("why", "")), expected=row["out"], actual=actual)


def _situation(row: object) -> Answer:
    if isinstance(row, dict) and "in" in row and isinstance(row.get("out"), dict):
        return row
    raise Malformed("not_a_situation", "A line to check needs the keys in and out.")


def _same(key: str, *, expected: Any, actual: Any) -> bool:
    if not isinstance(expected, list) or not isinstance(actual, list):
        return bool(expected == actual)
    if key == "reasons":
        return expected[:1] == actual[:1] and _as_set(expected) == _as_set(actual)
    return _as_set(expected) == _as_set(actual) if key in AS_SETS else expected == actual


def _as_set(values: list[Any]) -> set[str]:
    return {json.dumps(value, sort_keys=True) for value in values}


def _error(problem: Malformed) -> Answer:
    return {"error": problem.code, "detail": problem.sentence}
