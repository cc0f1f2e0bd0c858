"""What is measured on: PostgreSQL and Valkey of our own, a database a size, and a web server for the clinic and the floor."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from oncology_clinic import probe
from oncology_clinic.embedded import places, ports, postgres, processes, valkey
from oncology_clinic.embedded.postgres import Postgres
from oncology_clinic.embedded.processes import Child

ROOT = Path(__file__).resolve().parents[2]
PATIENTS = 1_000
SIGN_INS = 25


@dataclass(frozen=True)
class Ground:
    """One size: the two addresses, who can sign in at the clinic, the floor's cookie, and the bulk's clinicians."""

    appointments: int
    clinic_url: str
    floor_url: str
    people: list[dict[str, str]]
    clinicians: list[str]
    floor_cookie: dict[str, str]


@contextmanager
def opened(sizes: list[int]) -> Iterator[list[Ground]]:
    """Everything started for these sizes; stopped and removed at the end, however it comes."""
    folder = Path(tempfile.mkdtemp(prefix="oncology-clinic-bench-"))
    folder.chmod(0o711)
    children: list[Child] = []
    try:
        place = places.prepare(folder / "servers")
        server = postgres.start(place, log=folder / "postgres.log", settings=("shared_buffers=256MB",))
        children.append(server.child)
        bell = valkey.start(place, log=folder / "valkey.log")
        children.append(bell.child)
        yield [_ground(size, server=server, redis_url=bell.url, folder=folder, children=children) for size in sizes]
    finally:
        processes.stop(children[::-1], seconds=20)
        shutil.rmtree(folder, ignore_errors=True)


def _ground(size: int, *, server: Postgres, redis_url: str, folder: Path, children: list[Child]) -> Ground:
    name = f"bench_{size}"
    _as_superuser(server, "postgres", f"CREATE DATABASE {name} OWNER {postgres.OWNER}")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "oncology_clinic.settings.local",
        "DATABASE_URL": server.url(database=name),
        "REDIS_URL": redis_url,
        "CLINIC_VAR": str(folder / "var"),
    }
    began = time.monotonic()
    _run(environment, "manage.py", "migrate", "--verbosity", "0")
    _run(environment, "manage.py", "load_law")
    _run(environment, "manage.py", "seed_demo", "--file", str(folder / f"{name}.json"))
    seeded = time.monotonic()
    _run(environment, "manage.py", "seed_demo", "--file", str(folder / f"{name}.json"), *_bulk(size), is_shown=True)
    print(
        f"  {size:,} appointments: schema, law and demo {seeded - began:.1f} s, bulk {time.monotonic() - seeded:.1f} s",
        flush=True,
    )
    clinic = json.loads(_run(environment, "-m", "tests.bench.clinic_prepare", str(SIGN_INS)).splitlines()[-1])
    floor = json.loads(_run(environment, "-m", "tests.bench.floor.prepare").splitlines()[-1])
    _as_superuser(server, name, "VACUUM (ANALYZE)")
    return Ground(
        appointments=size,
        clinic_url=_serve("tests.bench.clinic_wsgi", environment, folder=folder, children=children, path="/livez"),
        floor_url=_serve("tests.bench.floor.wsgi", environment, folder=folder, children=children, path=""),
        people=clinic["people"],
        clinicians=clinic["clinicians"],
        floor_cookie=floor,
    )


def _bulk(size: int) -> list[str]:
    return ["--patients", str(PATIENTS), "--appointments", str(size)]


def _run(environment: Mapping[str, str], *command: str, is_shown: bool = False) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        env=dict(environment),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=None if is_shown else subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr or ''}")
    return done.stdout


def _serve(module: str, environment: Mapping[str, str], *, folder: Path, children: list[Child], path: str) -> str:
    """Granian speaking WSGI: one worker with one blocking thread, the same for both sides."""
    port = ports.free()
    command: list[Any] = [sys.executable, "-m", "granian", f"{module}:application", "--interface", "wsgi", "--no-ws"]
    where = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--blocking-threads", "1"]
    child = processes.start(
        module,
        [*command, *where, "--log-level", "warning"],
        log=folder / f"{module}-{port}.log",
        environment=environment,
        directory=ROOT,
    )
    children.append(child)
    url = f"http://127.0.0.1:{port}"
    is_up = (lambda: probe.web_answers(url + path)) if path else (lambda: not ports.is_free("127.0.0.1", port))
    processes.wait_until(is_up, child, seconds=60, what=module)
    return url


def _as_superuser(server: Postgres, database: str, statement: str) -> None:
    with closing(psycopg2.connect(server.url(user=postgres.SUPERUSER, database=database))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
