"""The keys of sealed fields: a list, newest first; the first encrypts, all decrypt."""

from __future__ import annotations

from functools import cache

from cryptography.fernet import MultiFernet
from django.core.signals import setting_changed
from encrypted_model_fields import fields as package


@cache
def crypter() -> MultiFernet:
    """The package's crypter over `FIELD_ENCRYPTION_KEY`, made at first use and remade when tests change it."""
    return package.get_crypter()


def _forget(*, setting: str, **_: object) -> None:
    if setting == "FIELD_ENCRYPTION_KEY":
        crypter.cache_clear()


setting_changed.connect(_forget)
