"""The keys of sealed fields: a list, newest first; the first encrypts, all decrypt. And which keys a database needs."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterator
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.db import connection
from encrypted_model_fields import fields as package

from oncology_clinic.crypto import secrets


class KeysDoNotFit(ImproperlyConfigured):
    """The configured keys cannot open this database. The sentence says which setting to look at."""


@cache
def crypter() -> MultiFernet:
    """The package's crypter over `FIELD_ENCRYPTION_KEY`, made at first use and remade when tests change it."""
    made: MultiFernet = package.get_crypter()
    return made


@cache
def newest() -> Fernet:
    """The key that new values are sealed with."""
    return Fernet(base64.urlsafe_b64encode(secrets.several("FIELD_ENCRYPTION_KEY")[0]))


def fingerprint(name: str, key: bytes) -> bytes:
    """Eight bytes that tell keys apart and give nothing of them away."""
    return hmac.digest(key, b"fingerprint\x00" + name.encode(), "sha256")[:8]


def in_use() -> Iterator[tuple[str, str, bytes]]:
    """(name, setting, fingerprint) of every key under which rows are written from now on."""
    yield "field", "FIELD_ENCRYPTION_KEY", fingerprint("field", secrets.several("FIELD_ENCRYPTION_KEY")[0])
    yield "blind_index", "BLIND_INDEX_KEY", fingerprint("blind_index", secrets.one("BLIND_INDEX_KEY"))
    yield "audit_index", "AUDIT_INDEX_KEY", fingerprint("audit_index", secrets.one("AUDIT_INDEX_KEY"))
    payload = secrets.several("AUDIT_PAYLOAD_KEYS")[0]
    yield "audit_payload", "AUDIT_PAYLOAD_KEYS", fingerprint("audit_payload", payload)
    macs = secrets.by_kid("AUDIT_MAC_KEYS")
    yield f"audit_mac:{max(macs)}", "AUDIT_MAC_KEYS", fingerprint(f"audit_mac:{max(macs)}", macs[max(macs)])


def check_fingerprints(*, register: bool = True) -> None:
    """Raise `KeysDoNotFit` unless every key this database holds data under is configured.

    Called before the web server, a worker or beat starts. Keys seen for the first time are
    written down (`register`). Where none is written down yet, one sealed value is tried
    instead. Does nothing before the first migration.
    """
    rows = apps.get_model("audit", "KeyFingerprint")
    if rows._meta.db_table not in connection.introspection.table_names():
        return
    known = {(row.name, bytes(row.fingerprint)) for row in rows.objects.order_by("id")}
    available = set(_available())
    for name, print_of_key in sorted(known - available):
        raise KeysDoNotFit(_sentence(name, print_of_key))
    if not any(name == "field" for name, _ in known):
        _check_a_sample()
    if register:
        new = [rows(name=name, fingerprint=print_) for name, _, print_ in in_use() if (name, print_) not in known]
        if new:
            rows.objects.bulk_create(new, ignore_conflicts=True)


def forget_all_but_newest() -> int:
    """After a complete rotation: only the newest field key is still needed. Gives the number of keys let go."""
    rows = apps.get_model("audit", "KeyFingerprint")
    current = fingerprint("field", secrets.several("FIELD_ENCRYPTION_KEY")[0])
    gone, _ = rows.objects.filter(name="field").exclude(fingerprint=current).delete()
    return int(gone)


def _check_a_sample() -> None:
    """A database that lost its list of keys: does one stored value open?"""
    for model, fields in sealed_columns():
        with connection.cursor() as cursor:
            for column in fields:
                table, name = connection.ops.quote_name(model._meta.db_table), connection.ops.quote_name(column)
                cursor.execute(f"SELECT {name} FROM {table} WHERE {name} IS NOT NULL LIMIT 1")
                found = cursor.fetchone()
                if found:
                    _try(found[0])
                    return


def _try(token: str) -> None:
    try:
        crypter().decrypt(token.encode())
    except (InvalidToken, UnicodeError):
        raise KeysDoNotFit(
            "This database holds sealed values that none of the keys in FIELD_ENCRYPTION_KEY opens. "
            "Put the right key back, or point DATABASE_URL at the database these keys belong to."
        ) from None


def sealed_columns() -> Iterator[tuple[Any, list[str]]]:
    """(model, its sealed columns) for every table with sealed columns, in a fixed order."""
    for model in sorted(apps.get_models(), key=lambda one: one._meta.label):
        if model._meta.managed and not model._meta.proxy:
            columns = [field.column for field in model._meta.local_concrete_fields if _is_sealed(field)]
            if columns:
                yield model, columns


def _is_sealed(field: Any) -> bool:
    return isinstance(field, package.EncryptedMixin)


def _available() -> Iterator[tuple[str, bytes]]:
    for key in secrets.several("FIELD_ENCRYPTION_KEY"):
        yield "field", fingerprint("field", key)
    for key in secrets.several("AUDIT_PAYLOAD_KEYS"):
        yield "audit_payload", fingerprint("audit_payload", key)
    for kid, key in secrets.by_kid("AUDIT_MAC_KEYS").items():
        yield f"audit_mac:{kid}", fingerprint(f"audit_mac:{kid}", key)
    yield "blind_index", fingerprint("blind_index", secrets.one("BLIND_INDEX_KEY"))
    yield "audit_index", fingerprint("audit_index", secrets.one("AUDIT_INDEX_KEY"))


_SETTING = {
    "field": "FIELD_ENCRYPTION_KEY",
    "blind_index": "BLIND_INDEX_KEY",
    "audit_index": "AUDIT_INDEX_KEY",
    "audit_payload": "AUDIT_PAYLOAD_KEYS",
}


def _sentence(name: str, print_of_key: bytes) -> str:
    setting = _SETTING.get(name, "AUDIT_MAC_KEYS")
    return (
        f"This database holds data under the {name} key {print_of_key.hex()}, which is not in {setting}. "
        "Put that key back (newest first, old keys after it), or point DATABASE_URL at the database these keys "
        "belong to. Nothing was started, so nothing was overwritten."
    )


def _forget(*, setting: str, **_: object) -> None:
    if setting == "FIELD_ENCRYPTION_KEY":
        crypter.cache_clear()
        newest.cache_clear()


setting_changed.connect(_forget)
