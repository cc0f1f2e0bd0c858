"""Tokens of links: derived from the row by a key the database does not hold, stored as a hash.

Deriving them lets the outbox write the letter without the token lying anywhere, and the
same letter twice when it must send again.
"""

from __future__ import annotations

import base64
import hashlib
from uuid import UUID

from django.utils.crypto import salted_hmac


def derive(kind: str, *, row_id: UUID) -> str:
    """The token of this row: 43 URL-safe characters, 256 bits."""
    digest = salted_hmac(f"clinic.link.{kind}", str(row_id), algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
