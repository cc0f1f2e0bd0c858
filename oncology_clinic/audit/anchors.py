"""Evidence outside the database's reach: every seal's hash is written to an anchor as it is made.

A file is in the box (put it on another mount, `chattr +a`); another kind of anchor is
another class with `append` and `entries`.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings

from oncology_clinic.audit import envelope
from oncology_clinic.audit.sealrecord import SealRecord

TAIL_BYTES = 64 * 1024


class AnchorUnreadable(Exception):
    """The anchor is missing or damaged; the sentence says where. Nothing can be proved from it."""


@dataclass(frozen=True, slots=True)
class AnchorEntry:
    """What the anchor remembers of one seal."""

    n: int
    era: int
    hash: bytes


class Anchor(Protocol):
    name: str

    def append(self, seal: SealRecord) -> None:
        """Remember the seal, for good, before returning. Remembering the same seal twice changes nothing."""

    def newest(self) -> AnchorEntry | None:
        """The highest seal remembered, quickly. Raises `AnchorUnreadable`."""

    def entries(self) -> list[AnchorEntry]:
        """Everything remembered, oldest first. Raises `AnchorUnreadable`."""


class FileAnchor:
    """One JSON line a seal, forced to the disk. A half line left by a crash is passed over."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)

    def append(self, seal: SealRecord) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            written = _tail(file)
            if any(entry.n == seal.n and entry.hash == seal.hash() for entry in _parse(written, self.name)):
                return
            begin = b"" if not written or written.endswith(b"\n") else b"\n"
            file.write(begin + _line(seal) + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def newest(self) -> AnchorEntry | None:
        try:
            with self.path.open("rb") as file:
                found = _parse(_tail(file), self.name)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise AnchorUnreadable(f"{self.name}: {error.strerror}") from None
        return max(found, key=lambda entry: entry.n, default=None)

    def entries(self) -> list[AnchorEntry]:
        try:
            return _parse(self.path.read_bytes(), self.name)
        except OSError as error:
            raise AnchorUnreadable(f"{self.name}: {error.strerror}") from None


def configured() -> Anchor:
    """The anchor of this installation. Raises `AnchorUnreadable` where none is configured."""
    path = getattr(settings, "AUDIT_ANCHOR_FILE", None)
    if not path:
        raise AnchorUnreadable("AUDIT_ANCHOR_FILE is not set")
    return FileAnchor(Path(path))


def _tail(file: BinaryIO) -> bytes:
    """The last lines, enough to know where the anchor ends; the file itself may be years long."""
    size = file.seek(0, os.SEEK_END)
    start = file.seek(max(0, size - TAIL_BYTES))
    written = file.read()
    return written.partition(b"\n")[2] if start else written


def _line(seal: SealRecord) -> bytes:
    facts = {
        "n": seal.n,
        "era": seal.era,
        "count": seal.count,
        "hash": seal.hash().hex(),
        "sealed_at": envelope.stamp(seal.sealed_at),
    }
    return json.dumps(facts, separators=(",", ":")).encode()


def _parse(written: bytes, name: str) -> list[AnchorEntry]:
    lines = written.split(b"\n")
    found = []
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            facts = json.loads(line)
            found.append(AnchorEntry(n=int(facts["n"]), era=int(facts["era"]), hash=bytes.fromhex(facts["hash"])))
        except (ValueError, KeyError, TypeError):
            if not _is_torn(line, lines[number] if number < len(lines) else b""):
                raise AnchorUnreadable(f"{name}: line {number} is not an anchor line") from None
    return found


def _is_torn(line: bytes, after: bytes) -> bool:
    """A write cut short by a crash: the start of the line that follows it, or the last line of all."""
    return line.startswith(b'{"n":'[: len(line)]) and (not after or after.startswith(line[: len(line)]))
