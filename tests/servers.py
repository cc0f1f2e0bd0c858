"""The servers of a test run: the ones named by DATABASE_URL and REDIS_URL, else our own, made and removed with the run."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connections

from oncology_clinic.celery import app
from oncology_clinic.embedded import places, postgres, processes, valkey
from oncology_clinic.embedded.processes import Child
from oncology_clinic.settings import env


@dataclass
class Servers:
    """Nothing runs until somebody asks; then it runs until `stop`."""

    folder: Path | None = None
    children: list[Child] = field(default_factory=list)
    is_up: bool = False

    def start(self) -> None:
        """Start what is not given, and point Django and Celery at it."""
        if self.is_up:
            return
        self.is_up = True
        database_url, redis_url = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
        if not database_url:
            server = postgres.start(self._place(), log=self._log("postgres"), settings=postgres.NOT_DURABLE)
            self.children.append(server.child)
            use_database(server.url(user=postgres.SUPERUSER))
        if not redis_url:
            bell = valkey.start(self._place(), log=self._log("valkey"))
            self.children.append(bell.child)
            use_redis(bell.url)

    def stop(self) -> None:
        processes.stop(self.children, seconds=20)
        self.children.clear()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None

    def _place(self) -> places.Place:
        if self.folder is None:
            self.folder = Path(tempfile.mkdtemp(prefix="oncology-clinic-tests-"))
            self.folder.chmod(0o711)
        return places.prepare(self.folder / "servers")

    def _log(self, name: str) -> Path:
        assert self.folder is not None
        return self.folder / f"{name}.log"


def use_database(url: str) -> None:
    """Before the test database is made: its server is known only now."""
    found = env.database(url)
    for settings_of in (settings.DATABASES["default"], connections["default"].settings_dict):
        settings_of.update({key: found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")})


def use_redis(url: str) -> None:
    settings.REDIS_URL = settings.CELERY_BROKER_URL = url
    app.conf.broker_url = app.conf.broker_read_url = app.conf.broker_write_url = url


def test_database_url() -> str:
    """The address of the test database, for processes of their own."""
    at = connections["default"].settings_dict
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
