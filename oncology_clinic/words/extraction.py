"""Which messages the code asks to translate, read from the sources without gettext's own programs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.template import templatize

ROOMS = ("oncology_clinic", "caregivers", "screening", "billing", "visits")
TEMPLATES = "templates"
TEMPLATE_SUFFIXES = frozenset({".html", ".txt"})
SKIPPED = frozenset({"migrations", "__pycache__", "locale"})

# Which arguments of each function are context, message and plural.
FUNCTIONS: dict[str, tuple[int | None, int, int | None]] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (None, 0, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (None, 0, 1)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (0, 1, None)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (0, 1, 2)),
}
LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
TEMPLATE_CALL = re.compile(rf"(?<!\w)(_|gettext|ngettext|pgettext|npgettext)\(((?:{LITERAL})(?:\s*,\s*(?:{LITERAL}))*)")


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """One message as gettext knows it; `plural` and `context` are empty where there are none."""

    text: str
    plural: str = ""
    context: str = ""


def messages(root: Path) -> dict[Message, list[str]]:
    """Every message under `root` with the files that ask for it, both in the order of the paths."""
    found: dict[Message, list[str]] = {}
    for path in sources(root):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        for message in in_python(text) if path.suffix == ".py" else in_template(text):
            files = found.setdefault(message, [])
            if name not in files:
                files.append(name)
    return found


def sources(root: Path) -> list[Path]:
    """The files that may hold messages."""
    code = (path for room in ROOMS for path in (root / room).rglob("*.py"))
    pages = (path for path in (root / TEMPLATES).rglob("*") if path.suffix in TEMPLATE_SUFFIXES)
    return sorted(path for path in (*code, *pages) if not SKIPPED & set(path.parts))


def in_python(text: str) -> Iterator[Message]:
    """The messages of a module: calls of gettext's functions with literal texts."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
        literals = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
        if name in FUNCTIONS:
            yield from _message(name, literals)


def in_template(text: str) -> Iterator[Message]:
    """The messages of a template, by Django's own reading of its tags."""
    for name, literals in TEMPLATE_CALL.findall(templatize(text)):
        yield from _message(name, [ast.literal_eval(one) for one in re.findall(LITERAL, literals)])


def _message(function: str, literals: Sequence[object]) -> Iterator[Message]:
    places = FUNCTIONS[function]
    context, text, plural = (
        "" if place is None else literals[place] if place < len(literals) else None for place in places
    )
    if isinstance(text, str) and isinstance(plural, str) and isinstance(context, str) and text:
        yield Message(text=text, plural=plural, context=context)
