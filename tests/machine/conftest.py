"""Running the clinic's own commands in processes, in folders of their own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from oncology_clinic.embedded import ports

ROOT = Path(__file__).resolve().parents[2]
# What a developer's shell may have set must not reach the clinics that these tests open.
OURS = (
    "DJANGO_ALLOW_ASYNC_UNSAFE",  # set by the browser fixture
    "DATABASE_URL",
    "REDIS_URL",
    "DJANGO_SETTINGS_MODULE",
    "PORT",
    "HOST",
    "CLINIC_VAR",
    "BASE_URL",
    "ALLOWED_HOSTS",
)


class Running:
    """One `python -m oncology_clinic.embedded.run`."""

    def __init__(self, var: Path, **environment: str) -> None:
        self.var = var
        self.port = int(environment.setdefault("PORT", str(ports.free())))
        clean = {name: value for name, value in os.environ.items() if name not in OURS}
        self.output = var.parent / f"said-{uuid.uuid4().hex}"
        with self.output.open("xb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "oncology_clinic.embedded.run"],
                cwd=ROOT,
                env={**clean, "CLINIC_VAR": str(var), **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def said(self) -> str:
        return self.output.read_text()

    def wait_until_open(self, seconds: float = 120) -> None:
        self.wait_for("Ctrl-C stops everything", seconds=seconds)

    def wait_for(self, words: str, *, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def named(self, word: str) -> psutil.Process:
        """The child of ours whose command holds this word."""
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if word in " ".join(child.cmdline()))

    def stop(self, sent: signal.Signals = signal.SIGTERM, seconds: float = 30) -> int:
        self.process.send_signal(sent)
        return self.process.wait(timeout=seconds)

    def end(self) -> None:
        if self.process.poll() is None:
            with suppress(ProcessLookupError):
                self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder for one clinic's data, with a name that others may walk to."""
    base = Path(tempfile.mkdtemp(prefix="oncology-clinic-machine-"))
    base.chmod(0o755)
    yield base / "var"
    outside = base / "var" / "servers"
    if outside.is_symlink():
        shutil.rmtree(outside.resolve(), ignore_errors=True)
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def open_clinic(var: Path) -> Iterator[type[Running]]:
    """`open_clinic(var)` starts one; all are stopped at the end."""
    started: list[Running] = []

    class Tracked(Running):
        def __init__(self, var: Path, **environment: str) -> None:
            super().__init__(var, **environment)
            started.append(self)

    yield Tracked
    for running in started:
        running.end()


def wait_until_gone(processes: list[psutil.Process], seconds: float = 20) -> list[str]:
    """The commands still running after `seconds`; empty when all have ended."""
    _gone, alive = psutil.wait_procs(processes, timeout=seconds)
    return [" ".join(process.cmdline()) for process in alive if process.status() != psutil.STATUS_ZOMBIE]
