"""Starting and ending programs of ours: each in a process group of its own, none outliving us, nobody else's touched."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

_PR_SET_PDEATHSIG = 1


class StartFailed(Exception):
    """A program of ours did not come up. The text is for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who runs a server: ourselves (None), or the unprivileged user that root steps down to."""

    user: int | None = None
    group: int | None = None

    def popen_arguments(self) -> dict[str, Any]:
        if self.user is None:
            return {}
        return {"user": self.user, "group": self.group, "extra_groups": []}

    def give(self, path: Path) -> None:
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)


def end_with_parent(sent: signal.Signals) -> Callable[[], None] | None:
    """For `preexec_fn`: the kernel sends `sent` to the child when we die, even by kill -9. Linux only."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def arm() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(sent), 0, 0, 0)
        if os.getppid() != parent:  # died between fork and prctl
            os._exit(1)

    return arm


class Child:
    """One program that we started."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], log: Path, stop_signal: signal.Signals) -> None:
        self.name = name
        self.process = process
        self.log = log
        self.stop_signal = stop_signal
        with suppress(psutil.Error):
            self.started = psutil.Process(process.pid).create_time()

    started: float = 0.0

    @property
    def pid(self) -> int:
        return self.process.pid

    def is_running(self) -> bool:
        return self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.is_running():
            with suppress(ProcessLookupError):
                self.process.send_signal(self.stop_signal)

    def wait_or_kill(self, deadline: float) -> None:
        """Wait until `deadline` (monotonic seconds), then kill; in any case nothing of its group is left."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=max(0.0, deadline - time.monotonic()))
        kill_group(self.pid)
        self.process.wait()

    def last_words(self, lines: int = 12) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    identity: Identity | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> Child:
    """Start `command` with its output in `log`. It gets no terminal, so Ctrl-C reaches us alone and we end it in order."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment) if environment is not None else None,
            cwd=directory,
            start_new_session=True,
            preexec_fn=end_with_parent(stop_signal),
            **(identity or Identity()).popen_arguments(),
        )
    return Child(name, process, log, stop_signal)


def stop(children: Sequence[Child], *, seconds: float = 10.0) -> None:
    """End these together: a polite signal to each, `seconds` for all of them, then kill what is left."""
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + seconds
    for child in children:
        child.wait_or_kill(deadline)


def kill_group(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def wait_until(
    is_ready: Callable[[], bool], child: Child, *, seconds: float, what: str, beside: Sequence[Child] = ()
) -> None:
    """Ask again and again until `is_ready`.

    Raises `StartFailed` with the log's end when the child or one `beside` it died, or time is up.
    """
    deadline = time.monotonic() + seconds
    while not is_ready():
        dead = next((one for one in (child, *beside) if not one.is_running()), None)
        if dead is not None:
            raise StartFailed(f"{dead.name} stopped at once. The end of {dead.log}:\n{dead.last_words()}")
        if time.monotonic() > deadline:
            raise StartFailed(
                f"{what} did not answer in {seconds:.0f} s. The end of {child.log}:\n{child.last_words()}"
            )
        time.sleep(0.05)


def end_leftovers(marks: Sequence[tuple[int, float]], *, seconds: float = 10.0) -> int:
    """End processes that a killed run of ours left behind, known by pid and start time; their number."""
    left = [process for pid, started in marks if (process := _same(pid, started)) is not None]
    for process in left:
        with suppress(psutil.Error):
            process.terminate()
    _gone, alive = psutil.wait_procs(left, timeout=seconds)
    for process in alive:
        kill_group(process.pid)
    for pid, _started in marks:
        if pid in {process.pid for process in left}:
            kill_group(pid)
    return len(left)


def _same(pid: int, started: float) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        return process if abs(process.create_time() - started) < 0.05 and process.is_running() else None
    except psutil.Error:
        return None
