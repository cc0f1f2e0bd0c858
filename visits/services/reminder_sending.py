"""Send the reminders that are due: each row by one worker at a time, each message once a key.

A row is leased in one short transaction, sent outside any, and marked by a conditional
update. A worker killed before the provider has the message leaves a lease that runs out;
the row is sent then. **The one step that can happen twice** lies between the provider
taking the message and our mark: a worker killed there leaves a row that looks unsent, and
the next one sends it again *under the same idempotency key*. The file channel makes one
file a key, so twice is once; an SMS provider that honours the key does the same; plain
SMTP gets the same Message-ID twice. It is at most one row a kill: rows are marked one by one.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F

from oncology_clinic.actors import Actor, system_actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.outbox.delivery import DeliveryFailed, Letter, deliver
from visits.models.reminder import Reminder, ReminderQuerySet, ReminderStatus
from visits.rules import reminders as rules
from visits.services import letters

logger = logging.getLogger(__name__)

BATCH = 100
LEASE = timedelta(minutes=3)
MAX_ATTEMPTS = 5
FIRST_WAIT = timedelta(minutes=1)
STANDING = frozenset({"booked", "checked_in"})  # a visit in any other state is not reminded of
SYSTEM = system_actor("send_due_reminders")
# Trying again soon cannot mend these.
HOPELESS = frozenset({"no_channel", "bad_address", "recipient_refused", "sms_refused"})


def send_due(*, now: datetime, limit: int = BATCH) -> int:
    """Send up to `limit` reminders that are due; the number taken, so that the caller may go on until it is 0.

    Safe to run many times at once and to be killed at any point (see the module). Opens
    patient data: needs an access context. One row that fails never stops the others.
    """
    sweep(now=now)
    lease = uuid4()
    taken = _take(lease, now=now, limit=limit)
    for reminder_id in taken:
        try:
            _send_one(reminder_id, lease=lease, now=now)
        except Exception as error:  # whatever one row raises, the others are sent
            logger.error("reminder %s: %s", reminder_id, type(error).__name__)
            _settle_failure(reminder_id, lease=lease, code="error", now=now)
    return len(taken)


def sweep(*, now: datetime) -> int:
    """Give back the rows whose worker is gone: their lease has run out. The number given back."""
    expired = Reminder.objects.lease_expired(now)
    expired.filter(attempts__gte=MAX_ATTEMPTS).update(
        status=ReminderStatus.failed, reason="too_many_attempts", lease=None, lease_until=None
    )
    return expired.update(status=ReminderStatus.due, lease=None, lease_until=None)


def _take(lease: UUID, *, now: datetime, limit: int) -> list[UUID]:
    """Lease a batch. Rows that another worker is taking at this moment are passed over, not waited for."""
    with transaction.atomic():
        locked = Reminder.objects.due(now).select_for_update(skip_locked=True, of=("self",))
        rows = list(locked.phi_values("id", reason="a worker's claim: row numbers only")[:limit])
        taken = [row[0] for row in rows]
        if taken:
            Reminder.objects.filter(id__in=taken).update(
                status=ReminderStatus.leased, lease=lease, lease_until=now + LEASE, attempts=F("attempts") + 1
            )
    return taken


def _send_one(reminder_id: UUID, *, lease: UUID, now: datetime) -> None:
    reminder = _held(lease).filter(id=reminder_id).select_related("appointment", "patient").first()
    if reminder is None:
        return  # withdrawn, or taken over because our lease ran out
    why_not = reason_not_to_send(reminder, now=now)
    if why_not:
        _settle(reminder.id, lease=lease, status=ReminderStatus.suppressed, reason=why_not)
        return
    zone = reminder.patient.time_zone
    if rules.is_quiet(now, zone=zone):
        _put_off(reminder, lease=lease, until=rules.quiet_until(now, zone=zone))
        return
    letter = letters.reminder(reminder)
    if letter is None:
        _settle(reminder.id, lease=lease, status=ReminderStatus.failed, reason="no_contact")
        return
    _deliver(reminder, letter, lease=lease, now=now)


def reason_not_to_send(reminder: Reminder, *, now: datetime) -> str:
    """Empty when the message still makes sense: the visit stands, at the time planned for, and it is not too late."""
    appointment = reminder.appointment
    if appointment.status not in STANDING:
        return f"visit_{appointment.status}"
    if appointment.starts_at != reminder.visit_at:
        return "moved"
    if now >= reminder.not_after:
        return "too_late"
    return ""


def _deliver(reminder: Reminder, letter: Letter, *, lease: UUID, now: datetime) -> None:
    try:
        deliver(letter)
    except DeliveryFailed as failed:
        _settle_failure(reminder.id, lease=lease, code=failed.code, now=now)
        return
    with transaction.atomic():
        if _settle(reminder.id, lease=lease, status=ReminderStatus.sent, sent_at=now):
            _record(reminder, letter, actor=SYSTEM, now=now)


def _settle_failure(reminder_id: UUID, *, lease: UUID, code: str, now: datetime) -> None:
    """Wait and try again, each time longer; give up after `MAX_ATTEMPTS` or where trying cannot help."""
    held = _held(lease).filter(id=reminder_id)
    attempts = held.phi_values("attempts", reason="how often it was tried").first()
    if attempts is None:
        return
    tries = attempts[0]
    if code in HOPELESS or tries >= MAX_ATTEMPTS:
        _settle(reminder_id, lease=lease, status=ReminderStatus.failed, reason=code)
        return
    wait = FIRST_WAIT * 2 ** (tries - 1)
    _settle(reminder_id, lease=lease, status=ReminderStatus.due, reason=code, due_at=now + wait)


def _put_off(reminder: Reminder, *, lease: UUID, until: datetime) -> None:
    if until >= reminder.not_after:
        _settle(reminder.id, lease=lease, status=ReminderStatus.suppressed, reason="quiet_hours")
    else:
        _settle(reminder.id, lease=lease, status=ReminderStatus.due, due_at=until)


def _held(lease: UUID) -> ReminderQuerySet:
    return Reminder.objects.filter(lease=lease, status=ReminderStatus.leased)


def _settle(reminder_id: UUID, *, lease: UUID, **changes: object) -> int:
    """Write the outcome if the row is still ours: it may have been withdrawn or taken over meanwhile."""
    return _held(lease).filter(id=reminder_id).update(lease=None, lease_until=None, **changes)


def _record(reminder: Reminder, letter: Letter, *, actor: Actor, now: datetime) -> None:
    audit.record(
        Action.send,
        actor=actor,
        category=Category.message,
        now=now,
        patient_id=reminder.patient_id,
        object_type="visits.Reminder",
        object_id=reminder.id,
        detail={"channel": letter.channel, "key": letter.idempotency_key, "offset_minutes": reminder.offset_minutes},
    )
