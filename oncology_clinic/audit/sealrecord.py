"""A seal as bytes: what is signed, the chain from one seal to the next, and the keys that sign."""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from oncology_clinic.audit import envelope
from oncology_clinic.crypto import secrets

GENESIS = bytes(32)
_ENTRY = struct.Struct(">q4s")  # id of the event, first four bytes of its leaf


class NoSealKey(ImproperlyConfigured):
    """This process has no key to sign seals with, or none to check them with."""


class ManifestUnreadable(ValueError):
    """The list of events in a seal is not one of ours: somebody edited it."""


@dataclass(frozen=True, slots=True)
class SealRecord:
    """One seal: rows `lo <= xid < hi` of an era. `manifest` lists them, so that a bad one can be named."""

    n: int
    era: int
    lo: int
    hi: int
    count: int
    root: bytes
    manifest: bytes
    previous: bytes
    sealed_at: datetime
    key_id: bytes
    signature: bytes = b""

    def body(self) -> bytes:
        """The signed bytes: every field, length-prefixed; the manifest by its hash."""
        return envelope.prefixed(
            (
                b"seal1",
                *(b"%d" % number for number in (self.n, self.era, self.lo, self.hi, self.count)),
                self.root,
                sha256(self.manifest).digest(),
                self.previous,
                envelope.stamp(self.sealed_at).encode(),
                self.key_id,
            )
        )

    def hash(self) -> bytes:
        """What the next seal and the anchor hold of this one."""
        return sha256(self.body() + self.signature).digest()

    def entries(self) -> Iterator[tuple[int, bytes]]:
        """(event id, start of its leaf) in the sealed order. Raises `ManifestUnreadable`."""
        if len(self.manifest) % _ENTRY.size:
            raise ManifestUnreadable
        yield from _ENTRY.iter_unpack(self.manifest)


def leaf_of(*, id_: int, xid: int, db_ts: str, eid: bytes, mac: bytes) -> bytes:
    """The leaf of one event: its MAC stands for its content, the rest for what the database chose."""
    place = b"%d,%d,%s" % (id_, xid, db_ts.encode())  # digits and commas only
    return sha256(b"\x00" + len(place).to_bytes(4, "big") + place + eid + mac).digest()


def manifest_of(ids: Sequence[int], leaves: Sequence[bytes]) -> bytes:
    return b"".join(_ENTRY.pack(id_, leaf[:4]) for id_, leaf in zip(ids, leaves, strict=True))


def private_key() -> Ed25519PrivateKey:
    """The sealer's key. Raises `NoSealKey` in a process that is not the sealer."""
    if not getattr(settings, "AUDIT_SEAL_PRIVATE_KEY", None):
        raise NoSealKey("AUDIT_SEAL_PRIVATE_KEY is not set: only the sealer has it, and this process cannot seal.")
    return Ed25519PrivateKey.from_private_bytes(secrets.one("AUDIT_SEAL_PRIVATE_KEY"))


def public_keys() -> dict[bytes, Ed25519PublicKey]:
    """The keys seals may be signed with, by key id: AUDIT_SEAL_PUBLIC_KEYS, and the sealer's own where it is known."""
    found = [raw_public(private_key())] if getattr(settings, "AUDIT_SEAL_PRIVATE_KEY", None) else []
    if getattr(settings, "AUDIT_SEAL_PUBLIC_KEYS", None):
        found += secrets.several("AUDIT_SEAL_PUBLIC_KEYS")
    if not found:
        raise NoSealKey("Neither AUDIT_SEAL_PUBLIC_KEYS nor AUDIT_SEAL_PRIVATE_KEY is set: no seal can be checked.")
    return {key_id_of(raw): Ed25519PublicKey.from_public_bytes(raw) for raw in found}


def raw_public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def public_key_text(key: Ed25519PrivateKey) -> str:
    """The public half as it is written in AUDIT_SEAL_PUBLIC_KEYS."""
    return base64.urlsafe_b64encode(raw_public(key)).decode()


def key_id_of(raw: bytes) -> bytes:
    return sha256(raw).digest()[:8]


def is_signed(seal: SealRecord, keys: dict[bytes, Ed25519PublicKey]) -> bool:
    key = keys.get(seal.key_id)
    if key is None:
        return False
    try:
        key.verify(seal.signature, seal.body())
    except InvalidSignature:
        return False
    return True
