"""The tests' own machinery: a real worker that can be killed, tables emptied past their guards, a browser."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psutil
import pytest
from django.db import connection

from oncology_clinic.celery import app
from oncology_clinic.outbox import services
from oncology_clinic.outbox.models import OutboxMessage
from tests import browsers

PAST = datetime(2026, 1, 1, tzinfo=UTC)


def wait_until(is_so: Any, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


@pytest.mark.slow
def test_a_real_worker_works_on_what_a_test_commits_also_after_a_kill(celery_worker_process: Any) -> None:
    def was_tried() -> bool:
        return OutboxMessage.objects.filter(attempts=1, last_error="NoSubscriber").count() == 1

    services.publish("tests.nobody", subject_id=uuid4(), now=PAST)
    app.send_task("oncology_clinic.outbox.tasks.relay")
    assert wait_until(was_tried), celery_worker_process.log()

    family = [psutil.Process(celery_worker_process.pid)]
    family += family[0].children(recursive=True)
    celery_worker_process.kill()
    _gone, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []

    OutboxMessage.objects.all().delete()
    services.publish("tests.nobody", subject_id=uuid4(), now=PAST)
    celery_worker_process.start()
    app.send_task("oncology_clinic.outbox.tasks.relay")
    assert wait_until(was_tried), celery_worker_process.log()


GUARDED = """
    create table guarded_by_test (id int primary key);
    insert into guarded_by_test values (1);
    create function refuse_in_test() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$;
    create trigger no_truncate before truncate on guarded_by_test for each statement execute function refuse_in_test();
    alter table guarded_by_test enable always trigger no_truncate;
"""


@pytest.mark.django_db(transaction=True)
def test_emptying_passes_a_guard_and_puts_it_back() -> None:
    from django.db.utils import InternalError

    with connection.cursor() as cursor:
        cursor.execute(GUARDED)
        try:
            connection.ops.execute_sql_flush(["truncate guarded_by_test"])
            cursor.execute("select count(*) from guarded_by_test")
            assert cursor.fetchone() == (0,)
            with pytest.raises(InternalError, match="refused"):
                cursor.execute("truncate guarded_by_test")
        finally:
            cursor.execute("drop table guarded_by_test; drop function refuse_in_test()")


@pytest.mark.django_db
def test_each_test_has_its_own_letters(settings: Any) -> None:
    assert "oncology-clinic-test-" in str(settings.MAIL_DIR)
    assert settings.MAIL_DIR.parent == settings.AUDIT_ANCHOR_FILE.parent


def test_a_browser_is_looked_for_where_the_docs_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    chromium = tmp_path / "chromium"
    chromium.write_text("#!/bin/sh\n")
    chromium.chmod(0o755)
    monkeypatch.setenv("CHROMIUM", str(chromium))
    named = browsers.find("/nowhere")
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "none"))
    named_wrongly = browsers.find(str(chromium))
    monkeypatch.delenv("CHROMIUM")
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))

    assert named == str(chromium)
    assert named_wrongly is None, "a wrong name is not silently passed over"
    assert browsers.find(str(chromium)) in {"/usr/bin/chromium", str(chromium)}


def test_a_page_opens_on_the_live_clinic(page: Any, live_clinic: Any) -> None:
    answer = page.goto("/livez")

    assert answer.status == 200
    assert page.url == live_clinic.at("livez")
