"""What beat rings for."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from oncology_clinic.audit.context import phi_context
from oncology_clinic.idempotency import services


@shared_task(name="oncology_clinic.idempotency.tasks.forget")  # type: ignore[untyped-decorator]
def forget(**_: object) -> None:
    """Delete the kept answers nobody will ask for again. Safe to run twice."""
    with phi_context("idempotency.forget"):
        services.forget(timezone.now())
