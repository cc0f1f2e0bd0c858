"""Sending one letter by e-mail or SMS. Which channel does the sending is a setting; a key makes sending twice harmless."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

_SAFE_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,150}")


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """`channel` is "email" or "sms". `idempotency_key` names this letter for ever: letters, digits, `.`, `_`, `-`."""

    channel: str
    to: str
    subject: str
    body: str
    idempotency_key: str

    def __post_init__(self) -> None:
        if not _SAFE_KEY.fullmatch(self.idempotency_key):
            raise ValueError("an idempotency key is letters, digits, dots, underscores and hyphens")

    def __repr__(self) -> str:
        return f"<Letter {self.idempotency_key}>"  # no address and no text in any log


class DeliveryFailed(Exception):
    """The letter did not go. `code` is stable: what went wrong, never for whom."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Channel(Protocol):
    def send(self, letter: Letter) -> None: ...


def deliver(letter: Letter) -> None:
    """Send the letter through its channel. The same key twice is one letter where the channel can tell.

    Raises `DeliveryFailed`: `no_channel`, `bad_address`, `recipient_refused`, `mail_unreachable`, `sms_refused`,
    `sms_unreachable`, `not_written`.
    """
    name = settings.DELIVERY_CHANNELS.get(letter.channel)
    if not name:
        raise DeliveryFailed("no_channel")
    channel: Channel = import_string(name)()
    channel.send(letter)
