"""Publish in the caller's transaction; relay afterwards, each message by one worker at a time, at least once."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from oncology_clinic.audit import context as access_context
from oncology_clinic.outbox import registry
from oncology_clinic.outbox.models import OutboxMessage

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
MAX_ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)


class NoSubscriber(Exception):
    """A topic that nobody listens to: most likely an older worker than the web server."""


def publish(topic: str, *, subject_id: UUID, now: datetime) -> None:
    """Note that something must be done once the caller's transaction commits. One INSERT, and no network.

    Redis is not rung: a booking must not wait for it. Beat looks every two seconds.
    """
    OutboxMessage.objects.create(topic=topic, subject_id=subject_id, created_at=now, due_at=now)


def relay(now: datetime, *, limit: int) -> int:
    """Hand up to `limit` due messages to their handlers; the number taken.

    A message is taken one at a time by a lease, so that a worker that dies holds up only the one it
    had in hand, and only until the lease ends. A handler that fails makes the message wait, each time
    longer; after `MAX_ATTEMPTS` it is parked with the error's class name.
    """
    taken = 0
    while taken < limit and (message := _take(now)) is not None:
        taken += 1
        _handle(message, now=now)
    return taken


def wait_before(attempt: int) -> timedelta:
    """How long a message rests after its `attempt`-th failure (from 1): ten seconds, doubling, at most an hour."""
    doublings: int = min(attempt - 1, 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


@transaction.atomic
def _take(now: datetime) -> OutboxMessage | None:
    message: OutboxMessage | None = (
        OutboxMessage.objects.due(now).select_for_update(skip_locked=True, of=("self",)).first()
    )
    if message is None:
        return None
    message.lease = uuid4()
    message.attempts += 1
    message.due_at = now + LEASE
    message.save(update_fields=["lease", "attempts", "due_at"])
    return message


def _handle(message: OutboxMessage, *, now: datetime) -> None:
    try:
        handlers = registry.handlers_of(message.topic)
        if not handlers:
            raise NoSubscriber(message.topic)
        with access_context.phi_context(f"outbox {message.topic}"):
            for handler in handlers:
                handler(message.subject_id, message_id=message.id, now=now)
    except Exception as error:  # whatever a handler raises, the other messages go on
        _failed(message, error, now=now)
    else:
        _settle(message, done_at=now, last_error="")


def _failed(message: OutboxMessage, error: Exception, *, now: datetime) -> None:
    name = type(error).__name__[:100]
    if message.attempts >= MAX_ATTEMPTS:
        logger.error("outbox: parked %s (%s) after %d tries: %s", message.id, message.topic, message.attempts, name)
        _settle(message, parked_at=now, last_error=name)
        return
    logger.warning("outbox: %s (%s) failed, try %d: %s", message.id, message.topic, message.attempts, name)
    _settle(message, due_at=now + wait_before(message.attempts), last_error=name)


def _settle(message: OutboxMessage, **changes: object) -> None:
    """Write the outcome unless the lease ran out and somebody else has the message now."""
    held = OutboxMessage.objects.filter(id=message.id, lease=message.lease)
    if held.update(lease=None, **changes) == 0:
        logger.warning("outbox: %s was taken over while we had it", message.id)
