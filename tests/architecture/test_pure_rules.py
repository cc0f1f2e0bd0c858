"""Rules decide and know nothing of Django, of Celery, of models, or of what time it is."""

from __future__ import annotations

import ast
import sys

import pytest

from tests.architecture.imports import FLOORS, GROUND, Module, modules
from tests.architecture.layers import home_of

# Beside the standard library, its own and lower rules: plain Python that rules may use.
GROUND_FOR_RULES = {f"{GROUND}.decisions", f"{GROUND}.periods", f"{GROUND}.calendars"}
PLAIN_GROUND = GROUND_FOR_RULES | {f"{GROUND}.actors", f"{GROUND}.errors"}
PACKAGES_FOR_RULES = {"holidays"}
CLOCKS = {"now", "utcnow", "today", "localtime", "gmtime", "monotonic", "perf_counter", "time_ns"}


def rules() -> list[Module]:
    return [module for module in modules() if is_rule(module.name)]


def is_rule(name: str) -> bool:
    home = home_of(name)
    return home is not None and home[1] == "rules"


def may_be_imported(name: str) -> bool:
    floor = name.partition(".")[0]
    if floor not in FLOORS:
        return floor in sys.stdlib_module_names | PACKAGES_FOR_RULES
    return name in GROUND_FOR_RULES or is_rule(name)


def clocks(tree: ast.Module) -> list[int]:
    """Lines that ask what time it is: `datetime.now()`, `date.today()`, `time.time()`."""
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [
        function.lineno
        for function in called
        if isinstance(function, ast.Attribute)
        and (function.attr in CLOCKS or (function.attr == "time" and getattr(function.value, "id", "") == "time"))
    ]


def test_it_finds_rules_in_the_rooms_that_decide():
    assert {"visits", "screening", "billing"} <= {module.floor for module in rules()}


def test_it_imports_only_plain_python_and_other_rules():
    wrong = [
        f"{module.at(line)} imports {name}"
        for module in rules()
        for name, line in module.imports
        if not may_be_imported(name)
    ]

    assert wrong == []


def test_it_never_asks_what_time_it_is():
    assert [module.at(line) for module in rules() for line in clocks(module.tree)] == []


def test_it_keeps_the_plain_part_of_the_ground_floor_plain():
    wrong = [
        f"{module.at(line)} imports {name}"
        for module in modules()
        if module.name in PLAIN_GROUND
        for name, line in module.imports
        if name.partition(".")[0] in ("django", "celery", "rest_framework")
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("from datetime import datetime\ndatetime.now()", 1),
        ("import datetime as dt\ndt.date.today()", 1),
        ("import time\ntime.time()", 1),
        ("submitted.time()", 0),
        ("pain.now >= 7", 0),
        ("import datetime as dt\ndt.time(17, 0)", 0),
    ],
)
def test_it_knows_a_clock_when_it_sees_one(source, count):
    assert len(clocks(ast.parse(source))) == count
