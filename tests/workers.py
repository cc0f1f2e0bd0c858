"""A real Celery worker beside the tests, on the test database and the test Redis, that can be killed and started again."""

from __future__ import annotations

import os
import signal
import uuid
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from oncology_clinic import probe
from oncology_clinic.celery import app
from oncology_clinic.embedded import processes, programs
from oncology_clinic.embedded.processes import Child
from tests import servers

ROOT = Path(__file__).resolve().parents[1]


class WorkerProcess:
    """`start()` returns once it answers; `kill()` is kill -9 for it and its children."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.child: Child | None = None

    @property
    def pid(self) -> int:
        assert self.child is not None
        return self.child.pid

    def start(self) -> None:
        app.control.purge()
        node = f"test-{uuid.uuid4().hex[:8]}@localhost"
        around = programs.Surroundings(root=ROOT, var=self.folder, environment=self._environment())
        self.child = programs.worker(around, node=node)
        processes.wait_until(
            lambda: probe.worker_answers(settings.REDIS_URL, node=node, seconds=0.3),
            self.child,
            seconds=60,
            what="The Celery worker",
        )

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        if self.child is not None:
            self.child.process.wait()

    def stop(self) -> None:
        if self.child is not None:
            processes.stop([self.child])

    def log(self) -> str:
        return self.child.log.read_text() if self.child is not None else ""

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "oncology_clinic.settings.test",
            "DATABASE_URL": servers.test_database_url(),
            "REDIS_URL": settings.REDIS_URL,
            "CLINIC_TEST_DIR": str(Path(settings.MAIL_DIR).parent),
        }
