"""The clinic the journeys happen in: who its people are, what they know, what reached them by mail."""

from __future__ import annotations

import re
from base64 import b32decode
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django_otp.oath import totp

from oncology_clinic.outbox import services as outbox


@dataclass(slots=True)
class Clinic:
    url: str
    people: dict[str, dict[str, Any]]
    signed_in: dict[str, Any] = field(default_factory=dict)  # what a browser keeps, by username

    def password(self, username: str) -> str:
        return str(self.people[username]["password"])

    def code(self, username: str) -> str:
        """What the person's app shows now; nothing for somebody without one."""
        secret = self.people[username]["totp_secret"]
        return one_time_code(secret) if secret else ""

    def letter_to(self, address: str) -> str:
        """The newest letter to somebody, after the outbox has worked."""
        while outbox.relay(timezone.now(), limit=500):
            pass
        letters = [
            message_from_bytes(file.read_bytes(), policy=policy.default)
            for file in sorted(Path(settings.MAIL_DIR).glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        ]
        found = [letter for letter in letters if address in str(letter["To"])]
        assert found, f"no letter to {address}"
        return str(found[-1].get_body(("plain",)).get_content())  # type: ignore[union-attr]


def one_time_code(secret: str) -> str:
    return f"{totp(b32decode(secret + '=' * (-len(secret) % 8))):06d}"


def link_in(letter: str) -> str:
    """The path of the first link of a letter."""
    found = re.search(r"https?://[^/\s]+(/\S+)", letter)
    assert found, letter
    return found.group(1)
