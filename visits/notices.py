"""What visits does when its own messages come round the outbox: one letter to the patient each. Safe to run twice."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from oncology_clinic.outbox import registry
from visits.services import notices


def tell_patient(subject_id: UUID, *, message_id: UUID, now: datetime, topic: str) -> None:
    notices.tell_patient(subject_id, topic=topic, message_id=message_id, now=now)


def subscribe() -> None:
    """Called once, from `apps.ready()`."""
    for topic in notices.LETTERS:
        registry.subscribe(topic, partial(tell_patient, topic=topic))
