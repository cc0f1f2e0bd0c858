"""What the audit log holds, as the tests ask it."""

from __future__ import annotations

from oncology_clinic.audit.contract import Action
from oncology_clinic.audit.models import Event


def actions() -> list[Action]:
    """What was done, oldest first, reads left out."""
    return [Action(event.action) for event in Event.objects.order_by("id") if event.action != Action.read]
