"""Several relays at once, on a real database with real threads."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.db import connection

from oncology_clinic.outbox import registry, services

NOW = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
TOPIC = "tests.many_at_once"


@pytest.mark.django_db(transaction=True)
def test_four_relays_hand_over_each_message_exactly_once() -> None:
    seen: Counter[UUID] = Counter()
    lock = threading.Lock()

    def handler(subject_id: UUID, *, message_id: UUID, now: datetime) -> None:
        with lock:
            seen[subject_id] += 1

    def relay(_number: int) -> int:
        try:
            return services.relay(NOW, limit=1000)
        finally:
            connection.close()

    subjects = [uuid4() for _number in range(60)]
    for subject in subjects:
        services.publish(TOPIC, subject_id=subject, now=NOW)
    registry.subscribe(TOPIC, handler)

    try:
        with ThreadPoolExecutor(4) as pool:
            taken = list(pool.map(relay, range(4)))
    finally:
        registry.unsubscribe(TOPIC, handler)

    assert sum(taken) == 60
    assert seen == Counter(subjects)
