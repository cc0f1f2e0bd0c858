"""The keys of one machine's trial clinic: made once, kept in var/keys.json, readable by their owner only."""

from __future__ import annotations

import base64
import json
import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """Lists are newest first. Each key but Django's own is 32 random bytes in URL-safe base64."""

    secret_key: str
    field: list[str]
    blind_index: str
    audit_payload: list[str]
    audit_mac: dict[int, str]
    audit_index: str
    audit_seal_private: str


def load_or_make(path: Path) -> Keys:
    """The keys in `path`; where there is none yet, new ones are written. Two processes at once agree on one file."""
    if not path.exists():
        _write_once(path, _fresh())
    return _read(json.loads(path.read_text()))


def throwaway() -> Keys:
    """Keys for a process that opens and seals nothing."""
    return _read(_fresh())


def key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _fresh() -> dict[str, Any]:
    return {
        "secret_key": secrets.token_urlsafe(48),
        "field": [key()],
        "blind_index": key(),
        "audit_payload": [key()],
        "audit_mac": {"1": key()},
        "audit_index": key(),
        "audit_seal_private": key(),
    }


def _read(stored: dict[str, Any]) -> Keys:
    return Keys(**{**stored, "audit_mac": {int(kid): value for kid, value in stored["audit_mac"].items()}})


def _write_once(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".keys")  # made with mode 0600
    try:
        with os.fdopen(handle, "w") as file:
            json.dump(content, file, indent=1)
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        os.unlink(name)
