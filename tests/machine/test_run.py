"""`make run`, for real: opened, asked, stopped and killed in every way, with nothing left behind."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest

from oncology_clinic.embedded import runfile
from tests.machine.conftest import ROOT, Running, wait_until_gone

pytestmark = pytest.mark.slow


def ask(url: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.status, answer.read().decode()


def test_it_opens_says_each_step_and_answers(var: Path, open_clinic: type[Running]) -> None:
    clinic = open_clinic(var)
    clinic.wait_until_open()

    said = clinic.said()
    for step in ["PostgreSQL", "Valkey", "database schema", "web server", "Celery worker", "Celery beat"]:
        assert step in said
    assert f"The clinic is open: {clinic.url}" in said
    assert ask(f"{clinic.url}/readyz") == (200, '{"status": "ready"}')
    assert ask(f"{clinic.url}/livez") == (200, '{"status": "alive"}')

    # bound to loopback only, and what is secret is for its owner only
    listening = [c.laddr.ip for p in clinic.family() for c in p.net_connections("inet") if c.status == "LISTEN"]
    assert set(listening) == {"127.0.0.1"}
    for name in ("keys.json", "run.json", "servers/password"):
        assert stat.S_IMODE((var / name).stat().st_mode) == 0o600, name

    # manage.py in another window finds the running servers
    asked = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--check"],
        cwd=ROOT,
        env={**os.environ, "CLINIC_VAR": str(var), "DJANGO_SETTINGS_MODULE": "oncology_clinic.settings.local"}
        | {"DATABASE_URL": "", "REDIS_URL": ""},
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 0, asked.stderr

    # a second one on the same folder is refused, and harms nothing
    second = open_clinic(var)
    assert second.process.wait(timeout=30) == 1
    assert "already running" in second.said()
    assert ask(f"{clinic.url}/readyz")[0] == 200

    # Ctrl-C ends it all
    family = clinic.family()
    assert clinic.stop(signal.SIGINT) == 0
    assert wait_until_gone(family, seconds=1) == []
    assert runfile.read(var) == {}

    # and the second start finds its work done: that, not a stopwatch, is what makes it quick
    again = open_clinic(var)
    again.wait_until_open()
    for step in ("database schema", "files of the pages"):
        assert "nothing to do" in next(line for line in again.said().splitlines() if step in line)
    family = again.family()
    assert again.stop(signal.SIGTERM) == 0
    assert wait_until_gone(family, seconds=1) == []


def test_a_kill_leaves_nothing_and_the_next_start_works(var: Path, open_clinic: type[Running]) -> None:
    clinic = open_clinic(var)
    clinic.wait_until_open()
    family = clinic.family()

    clinic.process.kill()
    clinic.process.wait()

    assert (var / "run.json").exists(), "a killed run leaves its mark"
    if sys.platform.startswith("linux"):
        assert wait_until_gone(family) == []
    again = open_clinic(var)
    again.wait_until_open()
    assert wait_until_gone(family, seconds=1) == []
    assert ask(f"{again.url}/readyz")[0] == 200


@pytest.mark.parametrize("victim", ["granian", "worker", "postgres"])
def test_when_one_part_dies_all_stop_and_it_says_which(var: Path, open_clinic: type[Running], victim: str) -> None:
    clinic = open_clinic(var)
    clinic.wait_until_open()
    family = clinic.family()
    dying = next(child for child in psutil.Process(clinic.process.pid).children() if is_part(child, victim))

    dying.kill()

    assert clinic.process.wait(timeout=40) == 1
    assert "stopped by itself" in clinic.said()
    assert wait_until_gone(family, seconds=5) == []


def is_part(process: psutil.Process, word: str) -> bool:
    return any(word == Path(part).name for part in process.cmdline())


def test_another_databases_keys_stop_the_start_with_a_sentence(var: Path, open_clinic: type[Running]) -> None:
    clinic = open_clinic(var)
    clinic.wait_until_open()
    clinic.stop()
    (var / "keys.json").unlink()

    again = open_clinic(var)

    assert again.process.wait(timeout=60) == 1
    assert "Put the right key file back" in again.said()
    assert "Traceback" not in again.said()


def test_a_taken_port_is_refused_when_named_and_passed_over_when_not(var: Path, open_clinic: type[Running]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        clinic = open_clinic(var, PORT=str(taken.getsockname()[1]))

        assert clinic.process.wait(timeout=30) == 1
        assert "Choose another: make run PORT=8010" in clinic.said()
