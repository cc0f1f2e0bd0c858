"""The embedded servers: private, restartable after any death, and reachable wherever the clone lies."""

from __future__ import annotations

import os
import signal
from contextlib import closing
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from oncology_clinic.embedded import places, postgres, processes, valkey
from oncology_clinic.embedded.processes import StartFailed


def start(var: Path) -> postgres.Postgres:
    return postgres.start(places.prepare(var / "servers"), log=var / "postgres.log")


def one(server: postgres.Postgres, sql: str) -> object:
    with closing(psycopg2.connect(server.url())) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(sql)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def test_postgres_keeps_its_data_and_wants_its_password(var: Path) -> None:
    var.mkdir()
    server = start(var)
    try:
        one(server, "create extension btree_gist")
        one(server, "create table kept as select 7 as number")
        assert one(server, "select rolsuper from pg_roles where rolname = current_user") is False
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(server.url().replace(server.password, "guess"))
        password_shown = any(server.password in part for part in psutil.Process(server.child.pid).cmdline())
        assert not password_shown
    finally:
        processes.stop([server.child])
    assert not psutil.pid_exists(server.child.pid)

    again = start(var)
    try:
        assert one(again, "select number from kept") == 7
    finally:
        processes.stop([again.child])


def test_postgres_starts_again_after_a_kill_and_over_a_stale_pid_file(var: Path) -> None:
    var.mkdir()
    server = start(var)
    one(server, "create table kept as select 7 as number")
    os.kill(server.child.pid, signal.SIGKILL)
    server.child.process.wait()
    pid_file = var / "servers" / "postgres" / "postmaster.pid"
    assert pid_file.exists()
    # the pid now belongs to somebody else: to us
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    again = start(var)

    try:
        assert one(again, "select number from kept") == 7
        assert psutil.pid_exists(os.getpid()), "the process with the reused pid was left alone"
    finally:
        processes.stop([again.child])


def test_a_server_left_running_by_a_killed_run_is_ended_first(var: Path) -> None:
    var.mkdir()
    left = start(var)

    again = start(var)

    try:
        assert not left.child.is_running()
        assert one(again, "select 1") == 1
    finally:
        processes.stop([left.child, again.child])


def test_a_folder_of_another_major_version_is_left_alone_with_a_sentence(var: Path) -> None:
    var.mkdir()
    server = start(var)
    processes.stop([server.child])
    version = var / "servers" / "postgres" / "PG_VERSION"
    version.write_text("12\n")

    with pytest.raises(StartFailed, match="was made by PostgreSQL 12"):
        start(var)

    assert version.read_text() == "12\n"


def test_a_clone_in_a_folder_closed_to_others_works_and_stays_closed(var: Path) -> None:
    closed = var / "home"
    closed.mkdir(parents=True)
    closed.chmod(0o700)
    inside = closed / "clone" / "var"
    inside.mkdir(parents=True)

    server = start(inside)

    try:
        assert one(server, "select 1") == 1
        assert closed.stat().st_mode & 0o777 == 0o700
        found = (inside / "servers").resolve()
        again = places.prepare(inside / "servers").data
        assert again.resolve() == found, "the second start finds the first one's data"
    finally:
        processes.stop([server.child])
        if (inside / "servers").is_symlink():
            (var / "servers").symlink_to((inside / "servers").resolve())  # the fixture removes where it points


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the servers to another user")
def test_programs_that_others_cannot_reach_are_copied_and_run(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    var.mkdir()
    monkeypatch.setattr(places, "is_reachable", lambda path: "site-packages" not in str(path))

    server = start(var)

    try:
        assert "programs-" in " ".join(psutil.Process(server.child.pid).cmdline())
        assert psutil.Process(server.child.pid).uids().effective != 0
        assert one(server, "select 1") == 1
    finally:
        processes.stop([server.child])


def test_valkey_wants_its_password_and_listens_on_loopback_only(var: Path) -> None:
    var.mkdir()
    server = valkey.start(places.prepare(var / "servers"), log=var / "valkey.log")
    try:
        assert redis.Redis.from_url(server.url).ping()
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=server.port).ping()
        listening = psutil.Process(server.child.pid).net_connections("inet")
        assert {one.laddr.ip for one in listening if one.status == "LISTEN"} == {"127.0.0.1"}
        assert not any(server.password in part for part in psutil.Process(server.child.pid).cmdline())
    finally:
        processes.stop([server.child])


def test_a_program_that_dies_at_once_says_why(var: Path) -> None:
    var.mkdir()
    child = processes.start("it", ["sh", "-c", "echo no such luck; exit 3"], log=var / "it.log")

    with pytest.raises(StartFailed, match="no such luck"):
        processes.wait_until(lambda: False, child, seconds=10, what="It")


def test_a_program_that_will_not_stop_is_killed_with_its_children(var: Path) -> None:
    var.mkdir()
    script = "trap '' TERM; sh -c \"trap '' TERM; sleep 60\" & echo ready; wait; sleep 60"
    child = processes.start("stubborn", ["sh", "-c", script], log=var / "it.log")
    processes.wait_until(lambda: "ready" in child.last_words(), child, seconds=10, what="It")
    family = psutil.Process(child.pid).children(recursive=True)

    processes.stop([child], seconds=0.3)

    assert not child.is_running()
    _gone, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []


def test_leftovers_are_known_by_pid_and_start_time(var: Path) -> None:
    var.mkdir()
    ours = processes.start("ours", ["sleep", "60"], log=var / "it.log")
    others = processes.start("others", ["sleep", "60"], log=var / "it.log")

    ended = processes.end_leftovers([(ours.pid, ours.started), (others.pid, others.started - 100.0)])

    try:
        assert ended == 1
        assert not ours.is_running()
        assert others.is_running(), "a pid that was used again belongs to somebody else"
    finally:
        processes.stop([ours, others])
