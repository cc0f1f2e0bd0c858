"""Blind indexes: how a person is found by an exact name, birth date, e-mail or phone that is stored sealed.

HMAC-SHA256 under a key of its own, cut to 16 bytes. Equal index, equal value: whoever
reads the database sees that two rows share a name, and not the name.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Callable
from datetime import date, datetime

from oncology_clinic.crypto import secrets

Value = str | date


class NotIndexable(ValueError):
    """The value has no normal form: empty, or not what its kind asks. Names no value."""


def index(kind: str, value: Value) -> bytes:
    """The 16 bytes under which `value` is stored and searched.

    `kind` is "name", "birth_date" (date or ISO text), "email" or "phone". Case and spaces
    make no difference; a phone is its digits, without the US country code. Raises
    `NotIndexable` for a value without content and `KeyError` for an unknown kind.
    """
    normal = _NORMAL[kind](value)
    if not normal:
        raise NotIndexable(kind)
    return hmac.digest(secrets.one("BLIND_INDEX_KEY"), kind.encode() + b"\x00" + normal.encode(), "sha256")[:16]


def index_or_none(kind: str, value: Value | None) -> bytes | None:
    """The index, or None where there is nothing to index: for columns that may be empty."""
    try:
        return None if value is None else index(kind, value)
    except NotIndexable:
        return None


def _words(value: Value) -> str:
    return " ".join(unicodedata.normalize("NFKC", str(value)).casefold().split())


def _email(value: Value) -> str:
    return "".join(_words(value).split())


def _birth_date(value: Value) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    try:
        return date.fromisoformat(value.strip()).isoformat()
    except ValueError:
        raise NotIndexable("birth_date") from None


def _phone(value: Value) -> str:
    digits = "".join(char for char in unicodedata.normalize("NFKC", str(value)) if char in "0123456789")
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits


_NORMAL: dict[str, Callable[[Value], str]] = {
    "name": _words,
    "birth_date": _birth_date,
    "email": _email,
    "phone": _phone,
}
