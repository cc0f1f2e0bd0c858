"""The clinic's secrets as bytes: each is 32 bytes, written as URL-safe base64 in the settings."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

KEY_BYTES = 32
NAMES = frozenset(
    {
        "FIELD_ENCRYPTION_KEY",
        "BLIND_INDEX_KEY",
        "AUDIT_PAYLOAD_KEYS",
        "AUDIT_MAC_KEYS",
        "AUDIT_INDEX_KEY",
        "AUDIT_SEAL_PRIVATE_KEY",
        "AUDIT_SEAL_PUBLIC_KEYS",
    }
)


def decode(name: str, text: object) -> bytes:
    """The key's bytes. Raises `ImproperlyConfigured` with a sentence that names the setting and never the key."""
    if not isinstance(text, str | bytes) or not text:
        raise ImproperlyConfigured(f"{name} is not set. It must be 32 random bytes in URL-safe base64.")
    raw = text.encode() if isinstance(text, str) else text
    try:
        key = base64.urlsafe_b64decode(raw + b"=" * (-len(raw) % 4))
    except (binascii.Error, ValueError):
        raise ImproperlyConfigured(f"{name} is not URL-safe base64.") from None
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(f"{name} has {len(key)} bytes; it must have {KEY_BYTES}.")
    return key


@cache
def one(name: str) -> bytes:
    """The key in the setting `name`."""
    return decode(name, getattr(settings, name, None))


@cache
def several(name: str) -> tuple[bytes, ...]:
    """The keys in the list setting `name`, newest first."""
    configured = getattr(settings, name, None)
    if isinstance(configured, str | bytes):
        configured = [configured]
    if not configured:
        raise ImproperlyConfigured(f"{name} is not set. It must list at least one key, newest first.")
    return tuple(decode(name, text) for text in configured)


@cache
def by_kid(name: str) -> dict[int, bytes]:
    """The keys in the setting `name`, by key id. New rows use the highest id."""
    configured = getattr(settings, name, None)
    if not configured:
        raise ImproperlyConfigured(f"{name} is not set. It must map a key id to a key.")
    return {int(kid): decode(f"{name}[{kid}]", text) for kid, text in configured.items()}


def all_secrets() -> Iterator[tuple[str, bytes]]:
    """Every configured secret with a name for messages. Raises `ImproperlyConfigured` at the first bad one."""
    for name in ("FIELD_ENCRYPTION_KEY", "AUDIT_PAYLOAD_KEYS"):
        for place, key in enumerate(several(name)):
            yield f"{name}[{place}]", key
    for kid, key in by_kid("AUDIT_MAC_KEYS").items():
        yield f"AUDIT_MAC_KEYS[{kid}]", key
    for name in ("BLIND_INDEX_KEY", "AUDIT_INDEX_KEY"):
        yield name, one(name)
    if getattr(settings, "AUDIT_SEAL_PRIVATE_KEY", None):  # only the sealer has it
        yield "AUDIT_SEAL_PRIVATE_KEY", one("AUDIT_SEAL_PRIVATE_KEY")


def signing_secret() -> bytes:
    """Django's own secret, as bytes comparable with ours."""
    text = str(settings.SECRET_KEY)
    try:
        return decode("SECRET_KEY", text)
    except ImproperlyConfigured:
        return text.encode()


def _forget(*, setting: str, **_: object) -> None:
    if setting in NAMES:
        for reader in (one, several, by_kid):
            reader.cache_clear()


setting_changed.connect(_forget)
