"""A real Celery worker is killed in the middle of 200 reminders; another goes on. Each stands once in the outbox.

**Which step is at-least-once.** A worker does, for each row: lease (committed), look again,
hand the letter to the channel, mark the row sent (committed). Killed before the channel has
the letter, the lease runs out and the next worker sends it: once. Killed after the mark:
nothing is left to do. Killed *between the channel taking the letter and the mark*, the row
looks unsent and the next worker hands over the same letter again, under the same
idempotency key: at-least-once to the channel. The file channel makes one file a key, so
the outbox holds it once all the same; an SMS provider that honours the key does too; plain
SMTP gets a second mail with the same Message-ID. Rows are marked one by one, so that it
is at most one letter a kill.
"""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from oncology_clinic.celery import app
from tests.visits.reminders import factories
from visits.models import Appointment, Reminder

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

COUNT = 200
HALF_WAY = 60


def files() -> list[str]:
    folder = Path(settings.MAIL_DIR)
    return [file.name for file in folder.glob("*.eml")] if folder.exists() else []


def statuses() -> dict[str, int]:
    counts: dict[str, int] = {}
    for status in Reminder.objects.phi_values("status", reason="test", flat=True):
        counts[status] = counts.get(status, 0) + 1
    return counts


def ring() -> None:
    app.send_task("visits.tasks.send_due_reminders")


def wait_until(done, *, seconds: float, ringing: bool = False) -> None:
    end = time.monotonic() + seconds
    rung = 0.0
    while not done():
        assert time.monotonic() < end, f"waited {seconds} s: {statuses()}, {len(files())} files"
        if ringing and time.monotonic() - rung > 2:
            ring()
            rung = time.monotonic()
        time.sleep(0.01)


def due_now_in_the_patients_day() -> list[Reminder]:
    """Two hundred, due a minute ago by the real clock, of a patient for whom it is about noon."""
    rows = factories.due(COUNT)
    now = timezone.now()
    zone = _zone_where_it_is_day(now)
    rows[0].patient.__class__.objects.update(time_zone=zone)
    for number, row in enumerate(rows):
        starts_at = now + timedelta(days=1, minutes=30 * number)
        Appointment.objects.filter(id=row.appointment_id).update(
            starts_at=starts_at, ends_at=starts_at + timedelta(minutes=20)
        )
        Reminder.objects.filter(id=row.id).update(
            visit_at=starts_at, due_at=now - timedelta(minutes=1), not_after=starts_at
        )
    return rows


def _zone_where_it_is_day(now) -> str:
    hour = (12 - now.hour + 12) % 24 - 12  # hours to add to UTC to make it noon
    return f"Etc/GMT{-hour:+d}" if hour else "Etc/GMT"


def test_it_sends_each_of_200_once_though_the_worker_is_killed_in_the_middle(celery_worker_process):
    rows = due_now_in_the_patients_day()

    ring()
    wait_until(lambda: len(files()) >= HALF_WAY, seconds=60)
    celery_worker_process.kill()

    after_kill = statuses()
    assert 0 < len(files()) < COUNT, "the kill came too late to prove anything"
    assert after_kill.get("leased", 0) > 0
    assert 0 <= len(files()) - after_kill.get("sent", 0) <= 1  # the one step, at most one letter a kill

    # The lease of the dead worker runs out (here at once, to spare the minutes), and another takes over.
    Reminder.objects.filter(status="leased").update(lease_until=timezone.now())
    celery_worker_process.start()
    wait_until(lambda: statuses() == {"sent": COUNT}, seconds=90, ringing=True)

    assert sorted(files()) == sorted(f"{row.idempotency_key}.eml" for row in rows)
    letters = Reminder.objects.phi_values("attempts", reason="test", flat=True)
    assert set(letters) <= {1, 2}
