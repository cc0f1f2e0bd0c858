"""Rings the relay's bell."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from oncology_clinic.outbox import services

BATCH = 20
ROUNDS = 50


@shared_task(name="oncology_clinic.outbox.tasks.relay")  # type: ignore[untyped-decorator]
def relay(**_: object) -> None:
    """Relay until nothing is due, or for `ROUNDS` batches. The clock is read anew for each batch's leases."""
    for _round in range(ROUNDS):
        if services.relay(timezone.now(), limit=BATCH) < BATCH:
            return
