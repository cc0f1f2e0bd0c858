"""`make run`: the whole clinic on one machine, from nothing to signed in. Ctrl-C stops everything it started."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from oncology_clinic.embedded import places, ports, postgres, processes, programs, runfile, valkey, welcome
from oncology_clinic.embedded.processes import Child, StartFailed
from oncology_clinic.embedded.progress import step

ROOT = Path(__file__).resolve().parents[2]
FIRST_PORT, LAST_PORT = 8000, 8099


class Stopped(BaseException):
    """Somebody asked us to stop."""


@dataclass
class Clinic:
    """What has been started so far, in order; stopped in reverse."""

    var: Path
    children: list[Child] = field(default_factory=list)
    database_url: str = ""
    redis_url: str = ""
    url: str = ""
    is_our_database: bool = False

    def started(self, child: Child) -> None:
        """Remember it at once, also on disk: a start after our own kill -9 ends what is left."""
        self.children.append(child)
        self.note()

    def note(self) -> None:
        content = {
            "database_url": self.database_url,
            "redis_url": self.redis_url,
            "base_url": self.url,
            "processes": [[child.pid, child.started] for child in self.children],
        }
        runfile.write(self.var, content)

    def first_dead(self) -> Child | None:
        return next((child for child in self.children if not child.is_running()), None)

    def stop(self) -> None:
        """First the programs, together; then the servers they use."""
        servers = [child for child in self.children if child.name in {"PostgreSQL", "Valkey"}]
        processes.stop([child for child in self.children if child not in servers])
        processes.stop(servers, seconds=20)
        self.children.clear()
        runfile.remove(self.var)


def main() -> int:
    var = Path(os.environ.get("CLINIC_VAR") or ROOT / "var")
    var.mkdir(parents=True, exist_ok=True)
    _listen_to_signals()
    began = time.monotonic()
    clinic = Clinic(var)
    try:
        with _only_one(var):
            return _run(clinic, began=began)
    except StartFailed as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    except Stopped:
        return 0


def _run(clinic: Clinic, *, began: float) -> int:
    try:
        host, port = _address()
        _end_what_a_killed_run_left(clinic.var)
        _start_servers(clinic)
        clinic.url = f"http://{_named(host)}:{port}"
        _load(clinic, host=host)
        _start_programs(clinic, host=host, port=port)
        print(f"  open after {time.monotonic() - began:.1f} s")
        print(welcome.text(url=clinic.url, var=clinic.var, now=time.time()), flush=True)
        return _watch(clinic)
    finally:
        _ignore_signals()  # being impatient must not leave anything behind
        if clinic.children:
            with step("stopping") as line:
                names = ", ".join(child.name for child in clinic.children)
                clinic.stop()
                line.outcome = names
        runfile.remove(clinic.var)


def _address() -> tuple[str, int]:
    """HOST and PORT where they are set; else loopback and the first free port from 8000. Raises `StartFailed`."""
    host, wanted = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT")
    if wanted:
        if not wanted.isdigit() or not 0 < int(wanted) < 65536:
            raise StartFailed(f"PORT must be a number from 1 to 65535, not {wanted!r}.")
        if not ports.is_free(host, int(wanted)):
            raise StartFailed(
                f"PORT {wanted} is taken on {host}, or not ours to use. Choose another: make run PORT=8010"
            )
        return host, int(wanted)
    port = next((port for port in range(FIRST_PORT, LAST_PORT + 1) if ports.is_free(host, port)), None)
    if port is None:
        raise StartFailed(f"No port from {FIRST_PORT} to {LAST_PORT} is free on {host}. Choose one: make run PORT=9000")
    return host, port


def _named(host: str) -> str:
    if host in {"0.0.0.0", "::"}:
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _end_what_a_killed_run_left(var: Path) -> None:
    marks = [(int(pid), float(started)) for pid, started in runfile.read(var).get("processes", [])]
    ended = processes.end_leftovers(marks)
    if ended:
        print(f"  ended {ended} processes that a killed run had left")


def _start_servers(clinic: Clinic) -> None:
    """PostgreSQL and Valkey of our own, each unless its address is given."""
    clinic.database_url = os.environ.get("DATABASE_URL", "")
    clinic.redis_url = os.environ.get("REDIS_URL", "")
    log = clinic.var / "log"
    place = None if clinic.database_url and clinic.redis_url else places.prepare(clinic.var.resolve() / "servers")
    with step("PostgreSQL") as line:
        if place and not clinic.database_url:
            server = postgres.start(place, log=log / "postgres.log")
            clinic.database_url, clinic.is_our_database = server.url(), True
            clinic.started(server.child)
            line.outcome = f"127.0.0.1:{server.port}"
        else:
            line.outcome = "yours (DATABASE_URL)"
    with step("Valkey") as line:
        if place and not clinic.redis_url:
            bell = valkey.start(place, log=log / "valkey.log")
            clinic.redis_url = bell.url
            clinic.started(bell.child)
            line.outcome = f"127.0.0.1:{bell.port}"
        else:
            line.outcome = "yours (REDIS_URL)"


def _load(clinic: Clinic, *, host: str) -> None:
    os.environ.update(_environment(clinic, host=host))
    with step("Django"):
        from oncology_clinic.embedded import loading  # only now are its settings' servers known

        loading.set_up()
    with step("database schema") as line:
        loading.migrate(line)
    with step("keys") as line:
        loading.check_keys(line)
    with step("files of the pages") as line:
        loading.collect_static(line)
    with step("law") as line:
        loading.load("load_law", line)
    demo = clinic.var / "demo.json"
    with step("demo clinic") as line:
        loading.seed(line, demo=demo, is_our_database=clinic.is_our_database)
    loading.name_address(demo, url=clinic.url)
    loading.let_go()


def _environment(clinic: Clinic, *, host: str) -> dict[str, str]:
    hosts = {"localhost", "127.0.0.1", "[::1]", _named(host)}
    if host in {"0.0.0.0", "::"}:
        hosts.add(os.uname().nodename)
    return {
        "DJANGO_SETTINGS_MODULE": "oncology_clinic.settings.local",
        "DATABASE_URL": clinic.database_url,
        "REDIS_URL": clinic.redis_url,
        "BASE_URL": clinic.url,
        "ALLOWED_HOSTS": os.environ.get("ALLOWED_HOSTS") or ",".join(sorted(hosts)),
        "CLINIC_VAR": str(clinic.var.resolve()),
        "PYTHONUNBUFFERED": "1",
    }


def _start_programs(clinic: Clinic, *, host: str, port: int) -> None:
    around = programs.Surroundings(root=ROOT, var=clinic.var, environment=dict(os.environ))
    node = programs.node_name()
    clinic.started(programs.web(around, host=host, port=port))
    clinic.started(programs.worker(around, node=node))
    clinic.started(programs.beat(around))
    for child in clinic.children[-3:]:
        with step({"web": "web server", "worker": "Celery worker", "beat": "Celery beat"}[child.name]) as line:
            url = f"{clinic.url}/readyz"
            programs.wait_for(child, url, clinic.redis_url, node=node, beside=clinic.children)
            line.outcome = "answers"


def _watch(clinic: Clinic) -> int:
    """Until somebody stops us, or one of ours dies: then all stop, because half a clinic helps nobody."""
    while True:
        dead = clinic.first_dead()
        if dead is not None:
            print(f"\n{dead.name} stopped by itself. The end of {dead.log}:\n{dead.last_words()}", file=sys.stderr)
            return 1
        time.sleep(0.5)


@contextmanager
def _only_one(var: Path) -> Iterator[IO[str]]:
    """One clinic a folder: the lock goes with our process, however it ends. Raises `StartFailed`."""
    with (var / "run.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            where = runfile.read(var).get("base_url") or "it is just starting"
            raise StartFailed(
                f"This clinic is already running ({where}). Stop that one first (Ctrl-C there)."
            ) from None
        yield lock


def _listen_to_signals() -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        _ignore_signals()
        raise Stopped

    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, stop)


def _ignore_signals() -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())
