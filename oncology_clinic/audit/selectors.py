"""How the log goes, in numbers."""

from __future__ import annotations

from datetime import datetime

from oncology_clinic.audit.models import Seal


def last_sealed_at() -> datetime | None:
    """When the newest seal was made; None before the first. One statement."""
    found: datetime | None = Seal.objects.order_by("-n").values_list("sealed_at", flat=True).first()
    return found
