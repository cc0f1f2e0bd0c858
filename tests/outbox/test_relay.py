"""The relay: every published message reaches its handlers, whatever dies in between."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from oncology_clinic.outbox import registry, services, tasks
from oncology_clinic.outbox.models import OutboxMessage

NOW = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
TOPIC = "tests.something_happened"


class Recorder:
    """A handler that notes what it was called with, and fails as often as it is told to."""

    def __init__(self) -> None:
        self.calls: list[tuple[UUID, UUID]] = []
        self.failures = 0

    def __call__(self, subject_id: UUID, *, message_id: UUID, now: datetime) -> None:
        self.calls.append((subject_id, message_id))
        if self.failures:
            self.failures -= 1
            raise ConnectionError("to somebody@example.org")


@pytest.fixture
def handler() -> Iterator[Recorder]:
    recorder = Recorder()
    registry.subscribe(TOPIC, recorder)
    yield recorder
    registry.unsubscribe(TOPIC, recorder)


@pytest.mark.django_db
def test_a_published_message_reaches_its_handler_once(handler: Recorder) -> None:
    subject = uuid4()
    services.publish(TOPIC, subject_id=subject, now=NOW)

    taken = services.relay(NOW, limit=10)
    again = services.relay(NOW + timedelta(days=1), limit=10)

    assert (taken, again) == (1, 0)
    assert [called[0] for called in handler.calls] == [subject]
    assert OutboxMessage.objects.get().done_at == NOW


@pytest.mark.django_db
def test_publishing_is_one_insert_and_nothing_else(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1) as captured:  # type: ignore[operator]
        services.publish(TOPIC, subject_id=uuid4(), now=NOW)

    assert captured[0]["sql"].startswith("INSERT")


@pytest.mark.django_db
def test_publishing_needs_no_redis(settings: object) -> None:
    settings.REDIS_URL = settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]

    services.publish(TOPIC, subject_id=uuid4(), now=NOW)

    assert OutboxMessage.objects.waiting().count() == 1


@pytest.mark.django_db
def test_a_message_of_a_rolled_back_transaction_is_never_sent(handler: Recorder) -> None:
    with transaction.atomic():
        services.publish(TOPIC, subject_id=uuid4(), now=NOW)
        transaction.set_rollback(True)

    assert services.relay(NOW, limit=10) == 0
    assert handler.calls == []


@pytest.mark.django_db
def test_a_failed_message_waits_longer_each_time_and_then_goes(handler: Recorder) -> None:
    handler.failures = 2
    services.publish(TOPIC, subject_id=uuid4(), now=NOW)

    services.relay(NOW, limit=10)
    too_early = services.relay(NOW + timedelta(seconds=9), limit=10)
    services.relay(NOW + timedelta(seconds=10), limit=10)
    waiting = OutboxMessage.objects.get()
    services.relay(NOW + timedelta(seconds=30), limit=10)

    assert too_early == 0
    assert waiting.due_at == NOW + timedelta(seconds=30)
    assert len(handler.calls) == 3
    assert len({message for _subject, message in handler.calls}) == 1, "the same message id each time"
    assert OutboxMessage.objects.get().done_at is not None


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 10), (2, 20), (3, 40), (8, 1280), (9, 2560), (10, 3600), (60, 3600)]
)
def test_the_wait_doubles_up_to_an_hour(attempt: int, seconds: int) -> None:
    assert services.wait_before(attempt) == timedelta(seconds=seconds)


@pytest.mark.django_db
def test_a_message_that_never_works_is_parked_with_the_class_name_only(
    handler: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    handler.failures = 100
    services.publish(TOPIC, subject_id=uuid4(), now=NOW)

    with caplog.at_level(logging.DEBUG):
        for hour in range(20):
            services.relay(NOW + timedelta(hours=hour), limit=10)

    parked = OutboxMessage.objects.parked().get()
    assert len(handler.calls) == services.MAX_ATTEMPTS
    assert parked.last_error == "ConnectionError"
    assert "somebody" not in caplog.text


@pytest.mark.django_db
def test_one_bad_message_does_not_hold_up_the_next(handler: Recorder) -> None:
    handler.failures = 1
    services.publish(TOPIC, subject_id=uuid4(), now=NOW)
    services.publish(TOPIC, subject_id=uuid4(), now=NOW)

    services.relay(NOW, limit=10)

    assert OutboxMessage.objects.filter(done_at=NOW).count() == 1
    assert len(handler.calls) == 2


@pytest.mark.django_db
def test_a_topic_that_nobody_hears_is_not_forgotten() -> None:
    services.publish("tests.nobody_listens", subject_id=uuid4(), now=NOW)

    services.relay(NOW, limit=10)

    assert OutboxMessage.objects.waiting().get().last_error == "NoSubscriber"


@pytest.mark.django_db
def test_a_message_whose_worker_died_comes_back_when_the_lease_ends(handler: Recorder) -> None:
    services.publish(TOPIC, subject_id=uuid4(), now=NOW)
    services._take(NOW)  # and the worker dies here

    while_leased = services.relay(NOW + services.LEASE - timedelta(seconds=1), limit=10)
    afterwards = services.relay(NOW + services.LEASE, limit=10)

    assert (while_leased, afterwards) == (0, 1)
    assert len(handler.calls) == 1


@pytest.mark.django_db
def test_a_worker_that_lost_its_lease_does_not_settle_the_message(handler: Recorder) -> None:
    services.publish(TOPIC, subject_id=uuid4(), now=NOW)
    slow = services._take(NOW)
    assert slow is not None
    later = NOW + services.LEASE
    other = services._take(later)

    services._handle(slow, now=later)

    held = OutboxMessage.objects.get()
    assert other is not None
    assert held.done_at is None
    assert held.lease == other.lease


@pytest.mark.django_db
def test_the_task_relays_until_nothing_is_due(handler: Recorder) -> None:
    for _number in range(tasks.BATCH + 5):
        services.publish(TOPIC, subject_id=uuid4(), now=timezone.now())

    tasks.relay(an_argument_of_a_later_version=1)

    assert len(handler.calls) == tasks.BATCH + 5


@pytest.mark.django_db
def test_a_message_holds_nothing_but_ids() -> None:
    columns = {field.name for field in OutboxMessage._meta.get_fields()}

    assert columns == {
        "id", "topic", "subject_id", "created_at", "due_at", "lease", "attempts", "last_error", "done_at", "parked_at",
    }  # fmt: skip
