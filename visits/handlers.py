"""What visits does when an alert's message comes round the outbox. Each is safe to run twice."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from oncology_clinic.outbox import registry
from visits.services import emergencies, paging

FLAG_RAISED = "screening.flag_raised"  # the one message that comes up from screening; the subject is the alert


def page_on_call(subject_id: UUID, *, message_id: UUID, now: datetime) -> None:
    paging.page_on_call(subject_id, message_id=message_id, now=now)


def tell_coordinators(subject_id: UUID, *, message_id: UUID, now: datetime) -> None:
    paging.tell_coordinators(subject_id, message_id=message_id, now=now)


def subscribe() -> None:
    """Called once, from `apps.ready()`."""
    registry.subscribe(emergencies.TOPIC, page_on_call)
    registry.subscribe(FLAG_RAISED, tell_coordinators)
