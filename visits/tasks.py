"""What beat rings for. A task opens an access context and calls one service."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from oncology_clinic.audit.context import phi_context
from visits.services import holds, reminder_sending, wizard

MOST_BATCHES = 20  # what is left after so many waits for the next ring


@shared_task(name="visits.tasks.expire_holds")  # type: ignore[untyped-decorator]
def expire_holds(**_: object) -> None:
    """Let go the times whose hold has run out. Safe to run twice."""
    with phi_context("visits.expire_holds"):
        holds.expire(timezone.now())


@shared_task(name="visits.tasks.clear_drafts")  # type: ignore[untyped-decorator]
def clear_drafts(**_: object) -> None:
    """Delete the bookings nobody finished. Safe to run twice."""
    with phi_context("visits.clear_drafts") as context:
        wizard.clear_expired(actor=context.actor, now=timezone.now())


@shared_task(name="visits.tasks.send_due_reminders")  # type: ignore[untyped-decorator]
def send_due_reminders(**_: object) -> None:
    """Send what is due, batch by batch; clock and access context are new for each. Safe to run twice, and at once."""
    for _batch in range(MOST_BATCHES):
        with phi_context("visits.send_due_reminders"):
            taken = reminder_sending.send_due(now=timezone.now())
        if taken < reminder_sending.BATCH:
            return
