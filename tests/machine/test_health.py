"""Health: alive, ready, and nothing told to strangers."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import redis
from celery.signals import beat_init, worker_init
from django.db import OperationalError, connections
from django.test import Client

from oncology_clinic import celery, probe, proxies, starting
from oncology_clinic.crypto import keys
from oncology_clinic.crypto.keys import KeysDoNotFit
from oncology_clinic.embedded import keyfile


@pytest.mark.django_db
def test_it_is_ready_when_database_and_redis_answer(client: Client) -> None:
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_it_asks_the_procedural_language_that_our_triggers_need(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1) as asked:
        client.get("/readyz")

    assert "plpgsql" in asked[0]["sql"]


@pytest.mark.django_db
def test_it_is_not_ready_without_redis_and_says_no_more(
    client: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "redis://:a-password@127.0.0.1:1/0"

    with caplog.at_level(logging.INFO):
        answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, {"status": "not_ready"})
    assert "ConnectionError" in caplog.text
    assert "a-password" not in caplog.text


@pytest.mark.django_db
def test_it_is_not_ready_without_the_database_but_still_alive(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("host db.internal, user clinic")

    monkeypatch.setattr(connections["default"], "cursor", away)
    ready, alive = client.get("/readyz"), client.get("/livez")

    assert (ready.status_code, ready.json()) == (503, {"status": "not_ready"})
    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})


def test_beat_gives_a_sign_of_life_and_a_silent_one_is_dead(servers: Any, settings: Any) -> None:
    redis.Redis.from_url(settings.REDIS_URL).delete(probe.BEAT_KEY)
    before = probe.beat_answers(settings.REDIS_URL)
    life = celery._BeatsLife()
    life.note()  # rings of web servers and workers are no sign of beat
    of_others = probe.beat_answers(settings.REDIS_URL)
    life.begin()

    assert (before, of_others) == (False, False)
    assert probe.beat_answers(settings.REDIS_URL)
    assert 0 < redis.Redis.from_url(settings.REDIS_URL).ttl(probe.BEAT_KEY) <= probe.BEAT_SECONDS


@pytest.mark.parametrize("signal", [worker_init, beat_init])
def test_a_worker_or_beat_with_a_wrong_key_ends_at_once(monkeypatch: pytest.MonkeyPatch, signal: Any) -> None:
    def wrong() -> None:
        raise KeysDoNotFit("This is not the key.")

    monkeypatch.setattr(starting, "refuse_wrong_keys", wrong)

    assert celery.refuse_wrong_keys in signal._live_receivers(None)
    with pytest.raises(SystemExit, match="This is not the key"):
        celery.refuse_wrong_keys()


@pytest.mark.django_db
def test_a_key_the_database_was_written_with_and_that_is_gone_stops_the_start(settings: Any) -> None:
    keys.check_fingerprints()
    settings.FIELD_ENCRYPTION_KEY = [keyfile.key()]

    with pytest.raises(KeysDoNotFit):
        keys.check_fingerprints()


@pytest.mark.parametrize("part", ["web", "worker", "beat"])
def test_the_probe_says_no_when_nothing_is_there(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("PORT", "1")

    assert probe.main(part) == 1


@pytest.mark.parametrize(
    ("count", "header", "address"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "forged, 203.0.113.9", "203.0.113.9"),
        (2, "forged, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_it_believes_only_what_our_own_proxies_saw(count: int, header: str, address: str) -> None:
    seen: list[str] = []

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.append(environ["REMOTE_ADDR"])
        return []

    proxies.behind(count, application)({"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": header}, None)

    assert seen == [address]
