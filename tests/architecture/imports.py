"""The imports of the project, read from its source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
GROUND = "oncology_clinic"
ROOMS = ("visits", "caregivers", "screening", "billing")
FLOORS = (*ROOMS, GROUND)


@dataclass(frozen=True)
class Module:
    """One source file: its dotted name, the names it imports with their lines, and its tree."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def imports(self) -> list[tuple[str, int]]:
        return sorted(set(_imported(self.tree, importer=self)))

    @property
    def floor(self) -> str:
        return self.name.partition(".")[0]

    def at(self, line: int) -> str:
        return f"{self.path.relative_to(ROOT)}:{line}"


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the product; tests and migrations are not part of the shape."""
    return tuple(
        Module(name=_dotted(path), path=path, tree=ast.parse(path.read_text("utf-8")))
        for floor in FLOORS
        for path in sorted((ROOT / floor).rglob("*.py"))
        if "migrations" not in path.parts
    )


@cache
def known_names() -> frozenset[str]:
    """The dotted names of all modules and packages."""
    return frozenset(module.name for module in modules())


def _dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(tree: ast.Module, *, importer: Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((name, node.lineno) for name in _from(node, importer=importer))


def _from(node: ast.ImportFrom, *, importer: Module) -> Iterator[str]:
    """The modules named: `from visits.rules import routing` names visits.rules.routing."""
    base = node.module or ""
    if node.level:
        package = importer.name.split(".")
        if importer.path.name != "__init__.py":
            package = package[:-1]
        package = package[: len(package) - node.level + 1]
        base = ".".join([*package, base]).strip(".")
    for alias in node.names:
        inner = f"{base}.{alias.name}"
        yield inner if inner in _paths() else base


@cache
def _paths() -> frozenset[str]:
    return frozenset(_dotted(path) for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))
