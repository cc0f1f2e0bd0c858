"""Typed readers of the environment. Each raises a sentence that says what is missing or wrong."""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.exceptions import ImproperlyConfigured


def text(name: str, *, default: str | None = None, why: str = "") -> str:
    """The value of `name`, or what stands in the file that `name`_FILE names (a mounted secret)."""
    value = os.environ.get(name) or _from_file(name) or default
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set. {why}".strip())
    return value


def _from_file(name: str) -> str:
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return ""
    try:
        return Path(path).read_text().strip()
    except OSError:
        raise ImproperlyConfigured(f"{name}_FILE names a file that cannot be read.") from None


def secret(name: str, *, why: str, default: str | None = None) -> str:
    """A key: 32 random bytes in URL-safe base64, as `Fernet.generate_key()` makes them. An empty default is left empty."""
    value = text(name, default=default, why=why)
    return checked_key(name, value) if value else value


def secrets(name: str, *, why: str, default: str | None = None) -> list[str]:
    """A list of keys, newest first, separated by commas."""
    return [checked_key(name, key) for key in words(name, default=default, why=why)]


def reason(name: str) -> str:
    """Why a safeguard is off, in words; a bare yes is no reason."""
    value = text(name, default="")
    if value and len(value.split()) < 3:
        raise ImproperlyConfigured(f"{name} must say in a few words why this is safe.")
    return value


def checked_key(name: str, value: str) -> str:
    try:
        length = len(base64.urlsafe_b64decode(value))
    except (binascii.Error, ValueError):
        length = 0
    if length != 32 or len(set(value)) < 12:
        raise ImproperlyConfigured(f"{name} must be 32 random bytes in URL-safe base64 (44 characters).")
    return value


def public_half(private_key: str) -> str:
    """The public key of an Ed25519 key, in the same URL-safe base64."""
    half = Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(private_key)).public_key()
    return base64.urlsafe_b64encode(half.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def flag(name: str, *, default: bool) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in {"1", "true", "yes", "on"}:
        return True
    if value.lower() in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}.")


def number(name: str, *, default: int | None = None) -> int:
    value = os.environ.get(name)
    if value is None:
        if default is None:
            raise ImproperlyConfigured(f"{name} is not set. It must be a whole number.")
        return default
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number.") from None


def words(name: str, *, default: str | None = None, why: str = "") -> list[str]:
    return [part.strip() for part in text(name, default=default, why=why).split(",") if part.strip()]


def database(url: str) -> dict[str, object]:
    """Django's database settings from `postgres://user:password@host:port/name?sslmode=...`."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL must begin with postgres://. This product needs PostgreSQL 15 or later."
        )
    options = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "postgres",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(options.pop("host", "")) or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
