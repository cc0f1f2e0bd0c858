"""The tables of the log. Append-only: their DDL and triggers are SQL in the migrations, not the ORM's to change."""

from __future__ import annotations

from typing import Any

from django.db import models

from oncology_clinic.audit.contract import NotPhi
from oncology_clinic.crypto.records import ClinicModel


class XidField(models.Field):  # type: ignore[type-arg]
    """PostgreSQL's 64-bit transaction id (xid8), as an int."""

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def from_db_value(self, value: Any, *args: Any) -> int | None:
        return None if value is None else int(value)

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else str(int(value))


class Event(models.Model):
    """One thing somebody did or saw. Written by `events.record` and `ledger.flush` only; nobody edits it.

    `era`, `xid`, `db_ts` and `id` are the database's to choose. `mac` covers all the rest.
    """

    phi = NotPhi("the log itself: persons are pseudonyms, the payload is sealed, and every search of it is an event")

    id = models.BigAutoField(primary_key=True)
    eid = models.UUIDField(unique=True)
    era = models.IntegerField()
    xid = XidField()
    ts = models.DateTimeField()
    db_ts = models.DateTimeField()
    action = models.SmallIntegerField()
    outcome = models.SmallIntegerField()
    category = models.SmallIntegerField()
    patient_bidx = models.BinaryField(null=True)
    actor_bidx = models.BinaryField()
    kid = models.SmallIntegerField()
    payload = models.TextField()
    mac = models.BinaryField()

    class Meta:
        managed = False
        db_table = "audit_event"
        ordering = ["id"]


class Seal(models.Model):
    """Rows `lo <= xid < hi` of an era, proved: a signed Merkle root, chained to the seal before it."""

    phi = NotPhi("hashes and counts of log rows")

    n = models.BigIntegerField(primary_key=True)
    era = models.IntegerField()
    lo = models.BigIntegerField()
    hi = models.BigIntegerField()
    count = models.BigIntegerField()
    root = models.BinaryField()
    manifest = models.BinaryField()
    previous = models.BinaryField()
    sealed_at = models.DateTimeField()
    key_id = models.BinaryField()
    signature = models.BinaryField()

    class Meta:
        managed = False
        db_table = "audit_seal"
        ordering = ["n"]


class KeyFingerprint(ClinicModel):
    """A key under which this database holds data. Start-up refuses to go on without that key."""

    phi = NotPhi("fingerprints of keys")

    name = models.CharField(max_length=32)
    fingerprint = models.BinaryField(max_length=8)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["name", "fingerprint"], name="audit_one_row_per_key")]
