"""A language's catalogue: the `.po` file that people edit and the `.mo` file that gettext reads, both in plain Python."""

from __future__ import annotations

import ast
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from oncology_clinic.words.extraction import Message

LINE = re.compile(r'(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?)?\s*(".*")$')
PLACEHOLDER = "%("


@dataclass(frozen=True, slots=True)
class Entry:
    """One message and its translation: one text, or one for each plural form."""

    message: Message
    texts: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    is_fuzzy: bool = False

    @property
    def is_translated(self) -> bool:
        return not self.is_fuzzy and bool(self.texts) and all(self.texts)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The comment at the top, gettext's header and every entry."""

    comment: str
    header: str
    entries: tuple[Entry, ...] = field(default=())

    def by_message(self) -> dict[Message, Entry]:
        return {entry.message: entry for entry in self.entries}


def path_of(root: Path, language: str) -> Path:
    return root / "oncology_clinic" / "locale" / language / "LC_MESSAGES" / "django.po"


def read(path: Path) -> Catalogue:
    """The catalogue in a `.po` file."""
    first, *blocks = path.read_text(encoding="utf-8").strip().split("\n\n")
    comment = "\n".join(line for line in first.splitlines() if line.startswith("#"))
    return Catalogue(comment=comment, header=_entry(first).texts[0], entries=tuple(_entry(block) for block in blocks))


def merged(old: Catalogue, found: Mapping[Message, list[str]]) -> Catalogue:
    """The messages of the code, each with the translation it had; messages no longer asked for are dropped."""
    known = old.by_message()
    entries = (replace(known.get(message, Entry(message)), files=tuple(files)) for message, files in found.items())
    return replace(old, entries=tuple(sorted(entries, key=lambda entry: (entry.files, entry.message))))


def written(catalogue: Catalogue) -> str:
    """The text of the `.po` file, the same for the same catalogue."""
    top = f'{catalogue.comment}\nmsgid ""\nmsgstr ""\n' + "".join(
        _quoted(line) + "\n" for line in catalogue.header.splitlines(keepends=True)
    )
    return "\n".join([top, *(_block(entry) for entry in catalogue.entries)])


def compiled(catalogue: Catalogue) -> bytes:
    """The `.mo` file: a table of originals, a table of translations, then the texts, all sorted."""
    pairs = sorted([(b"", catalogue.header.encode()), *(_pair(entry) for entry in _usable(catalogue.entries))])
    count, start = len(pairs), 28
    offset = start + 16 * count
    originals: list[int] = []
    translations: list[int] = []
    texts = b""
    for table, side in ((originals, 0), (translations, 1)):
        for pair in pairs:
            table += [len(pair[side]), offset + len(texts)]
            texts += pair[side] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, count, start, start + 8 * count, 0, offset)
    return head + struct.pack(f"<{4 * count}I", *originals, *translations) + texts


def _usable(entries: Iterable[Entry]) -> Iterator[Entry]:
    return (entry for entry in entries if entry.is_translated)


def _pair(entry: Entry) -> tuple[bytes, bytes]:
    message = entry.message
    original = f"{message.context}\4{message.text}" if message.context else message.text
    if message.plural:
        original += f"\0{message.plural}"
    return original.encode(), "\0".join(entry.texts).encode()


def _entry(block: str) -> Entry:
    parts: dict[str, str] = {}
    files: list[str] = []
    is_fuzzy, now = False, ""
    for line in block.splitlines():
        if line.startswith("#:"):
            files += line[2:].split()
        elif line.startswith("#,"):
            is_fuzzy = "fuzzy" in line
        elif match := LINE.match(line):
            now = match[1] or now
            parts[now] = parts.get(now, "") + ast.literal_eval(match[2])
    texts = tuple(text for name, text in parts.items() if name.startswith("msgstr"))
    message = Message(text=parts["msgid"], plural=parts.get("msgid_plural", ""), context=parts.get("msgctxt", ""))
    return Entry(message=message, texts=texts, files=tuple(files), is_fuzzy=is_fuzzy)


def _block(entry: Entry) -> str:
    message = entry.message
    flags = ["fuzzy"] * entry.is_fuzzy + ["python-format"] * (PLACEHOLDER in message.text)
    lines = [f"#: {name}" for name in entry.files]
    if flags:
        lines.append("#, " + ", ".join(flags))
    if message.context:
        lines.append(f"msgctxt {_quoted(message.context)}")
    lines.append(f"msgid {_quoted(message.text)}")
    if message.plural:
        lines.append(f"msgid_plural {_quoted(message.plural)}")
        texts = entry.texts or ("", "")
        lines += [f"msgstr[{number}] {_quoted(text)}" for number, text in enumerate(texts)]
    else:
        lines.append(f"msgstr {_quoted(entry.texts[0] if entry.texts else '')}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
