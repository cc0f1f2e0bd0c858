"""What beat asks of the log."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone

from oncology_clinic.audit import sealing


@shared_task(name="oncology_clinic.audit.tasks.seal")  # type: ignore[untyped-decorator]
def seal(**_: Any) -> None:
    """Seal what has finished since the last pass. Safe to run twice, and twice at once."""
    sealing.seal_pass(timezone.now())
