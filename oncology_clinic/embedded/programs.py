"""The clinic's own programs: web server, Celery worker and beat, and how each is asked whether it is up."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from oncology_clinic import probe
from oncology_clinic.embedded import processes
from oncology_clinic.embedded.processes import Child

_CELERY = (sys.executable, "-m", "celery", "-A", "oncology_clinic.celery:app")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every program needs: where the code is, where logs and files go, and its environment."""

    root: Path
    var: Path
    environment: Mapping[str, str]

    def start(self, name: str, *command: str) -> Child:
        log = self.var / "log" / f"{name}.log"
        return processes.start(name, command, log=log, environment=self.environment, directory=self.root)


def web(around: Surroundings, *, host: str, port: int, workers: int = 2) -> Child:
    """Granian speaking WSGI, one blocking thread a worker (docs/decisions/0002)."""
    command = [sys.executable, "-m", "granian", "oncology_clinic.wsgi:application", "--interface", "wsgi", "--no-ws"]
    where = ["--host", host, "--port", str(port), "--workers", str(workers), "--blocking-threads", "1"]
    return around.start("web", *command, *where, "--log-level", "warning")


def worker(around: Surroundings, *, node: str, processes: int = 2) -> Child:
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    return around.start("worker", *_CELERY, "worker", "--pool", "prefork", "-c", str(processes), "-n", node, *quiet)


def beat(around: Surroundings) -> Child:
    """Its file is begun anew: what was due while we were down is in PostgreSQL, not in beat's memory."""
    schedule = around.var / "beat-schedule"
    for path in around.var.glob("beat-schedule*"):
        path.unlink()
    return around.start("beat", *_CELERY, "beat", "--schedule", str(schedule), "--pidfile=", "--loglevel", "INFO")


def wait_for(
    child: Child, url: str, redis_url: str, *, node: str, beside: Sequence[Child], seconds: float = 90
) -> None:
    """Wait until `child` answers in the way of its kind. Raises `StartFailed`, also when one `beside` it dies."""
    answers = {
        "web": lambda: probe.web_answers(url),
        "worker": lambda: probe.worker_answers(redis_url, node=node, seconds=0.3),
        "beat": lambda: probe.beat_answers(redis_url),
    }
    what = f"The {child.name} process"
    processes.wait_until(answers[child.name], child, seconds=seconds, what=what, beside=beside)


def node_name() -> str:
    """A name no other worker on a shared Redis has."""
    return f"clinic-{uuid.uuid4().hex[:8]}@localhost"
