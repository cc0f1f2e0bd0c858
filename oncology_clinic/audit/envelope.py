"""One event as bytes: the canonical payload, its encryption, the blind indexes and the MAC.

The MAC covers the ciphertext and every clear column the application chooses, as
length-prefixed fields, so that an outside auditor can prove integrity without the
payload key, and no two different events share an input.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.core.signals import setting_changed

from oncology_clinic.crypto import secrets

VERSION = b"ev1"
_NULL = b"\xff\xff\xff\xff"  # the length of a field that is absent; no field is 4 GiB long


class PayloadRefused(TypeError):
    """The payload holds something without one exact spelling (a float, a set). A bug of the caller."""


class PayloadUnreadable(Exception):
    """The payload does not open with the configured keys."""


@dataclass(frozen=True, slots=True)
class Sealable:
    """The columns the application chooses, in the order of the INSERT; `mac` is added at the end."""

    eid: UUID
    ts: datetime
    action: int
    outcome: int
    category: int
    patient_bidx: bytes | None
    actor_bidx: bytes
    kid: int
    payload: str

    def mac_input(self) -> bytes:
        return mac_input(
            eid=self.eid.bytes,
            ts=stamp(self.ts).encode(),
            action=self.action,
            outcome=self.outcome,
            category=self.category,
            patient_bidx=self.patient_bidx,
            actor_bidx=self.actor_bidx,
            kid=self.kid,
            payload=self.payload.encode(),
        )

    def row(self) -> tuple[Any, ...]:
        mac = hmac.digest(secrets.by_kid("AUDIT_MAC_KEYS")[self.kid], self.mac_input(), "sha256")
        return (
            self.eid,
            self.ts,
            self.action,
            self.outcome,
            self.category,
            self.patient_bidx,
            self.actor_bidx,
            self.kid,
            self.payload,
            mac,
        )


def stamp(at: datetime) -> str:
    """yyyymmddHHMMSSuuuuuu in UTC. Raises `PayloadRefused` for a naive time."""
    if at.tzinfo is None:
        raise PayloadRefused("the time of an event must be aware")
    return at.astimezone(UTC).strftime("%Y%m%d%H%M%S%f")


def prefixed(fields: Iterable[bytes | None]) -> bytes:
    """Each field with its length before it (four bytes, big-endian), absent ones marked: never ambiguous."""
    return b"".join(_NULL if field is None else len(field).to_bytes(4, "big") + field for field in fields)


def mac_input(
    *,
    eid: bytes,
    ts: bytes,
    action: int,
    outcome: int,
    category: int,
    patient_bidx: bytes | None,
    actor_bidx: bytes,
    kid: int,
    payload: bytes,
) -> bytes:
    """What the MAC of an event is computed over; `ts` is `stamp()`ed, numbers are decimal digits.

    The same bytes as `prefixed((b"ev1", eid, ts, action, ... payload))`, spelt out because
    verification does this for every event there is.
    """
    return b"".join(
        (
            _BEGIN,
            len(eid).to_bytes(4, "big"),
            eid,
            len(ts).to_bytes(4, "big"),
            ts,
            _number(action),
            _number(outcome),
            _number(category),
            _NULL if patient_bidx is None else len(patient_bidx).to_bytes(4, "big") + patient_bidx,
            len(actor_bidx).to_bytes(4, "big"),
            actor_bidx,
            _number(kid),
            len(payload).to_bytes(4, "big"),
            payload,
        )
    )


_BEGIN = prefixed((VERSION,))


@lru_cache(maxsize=1024)
def _number(value: int) -> bytes:
    return prefixed((b"%d" % value,))


def canonical(payload: Mapping[str, Any]) -> bytes:
    """The payload's one spelling: sorted keys, no spaces, UTF-8; text, whole numbers, booleans, null, lists, objects."""
    _refuse_inexact(payload)
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def _refuse_inexact(value: Any) -> None:
    if value is None or type(value) in (str, int, bool):
        return
    kind = type(value)
    if kind is dict:
        for key, inner in value.items():
            if type(key) is not str:
                raise PayloadRefused("keys of an audit payload are text")
            _refuse_inexact(inner)
    elif kind is list or kind is tuple:
        for inner in value:
            _refuse_inexact(inner)
    else:
        raise PayloadRefused(f"an audit payload cannot hold {kind.__name__}")


def blind_index(kind: str, subject: object) -> bytes:
    """The pseudonym under which the log finds a patient or an actor: equal for equal, nothing else."""
    key = secrets.one("AUDIT_INDEX_KEY")
    return hmac.digest(key, kind.encode() + b"\x00" + str(subject).encode(), "sha256")[:16]


def pseudonym(kind: str, value: str) -> str:
    """A short keyed hash, for session keys and user agents inside payloads."""
    return blind_index(kind, value).hex() if value else ""


@cache
def _crypter() -> MultiFernet:
    keys = secrets.several("AUDIT_PAYLOAD_KEYS")
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


def encrypt(payload: Mapping[str, Any]) -> str:
    return _crypter().encrypt(canonical(payload)).decode()


def decrypt(token: str) -> dict[str, Any]:
    """The payload. Raises `PayloadUnreadable`."""
    try:
        opened: dict[str, Any] = json.loads(_crypter().decrypt(token.encode()))
    except (InvalidToken, ValueError):
        raise PayloadUnreadable from None
    return opened


def current_kid() -> int:
    return max(secrets.by_kid("AUDIT_MAC_KEYS"))


def _forget(*, setting: str, **_: object) -> None:
    if setting in secrets.NAMES:
        _crypter.cache_clear()


setting_changed.connect(_forget)
