"""Reading finished screens. Permission is asked by the services."""

from __future__ import annotations

from uuid import UUID

from screening.models import Screen


def latest(patient_id: UUID, *, limit: int) -> list[Screen]:
    """A patient's newest finished screens, newest first. One statement."""
    done = Screen.objects.filter(patient_id=patient_id, completed_at__isnull=False)
    return list(done.order_by("-completed_at", "-id")[:limit])
