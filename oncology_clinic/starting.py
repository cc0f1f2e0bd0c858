"""What must hold before a process of the clinic serves: the keys are those the database was written with."""

from __future__ import annotations

from django.db import connections

from oncology_clinic.crypto import keys


def refuse_wrong_keys() -> None:
    """Raise `KeysDoNotFit` with its sentence; a process with a wrong key would only do harm. Keeps no connection."""
    try:
        keys.check_fingerprints()
    finally:
        connections.close_all()
