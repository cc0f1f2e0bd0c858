"""The Makefile and .ci/run: the commands that the README promises."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.machine.conftest import ROOT


def dry(target: str) -> str:
    # `make test` runs these too: its own flags would make the inner make say which directory it enters.
    alone = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}}
    told = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, env=alone)
    assert told.returncode == 0, told.stderr
    return told.stdout


@pytest.mark.parametrize("target", ["setup", "run", "test", "check", "bench", "codes"])
def test_make_knows(target: str) -> None:
    assert dry(target)


def test_run_and_test_begin_with_setup() -> None:
    for target in ("run", "test", "check"):
        assert "embedded/setup.py" in dry(target).splitlines()[0]


@pytest.mark.parametrize(
    "tool", ["ruff check", "ruff format --check", "mypy", "makemigrations --check", "check --deploy", "djlint"]
)
def test_check_asks(tool: str) -> None:
    assert tool in dry("check")


def test_ci_can_skip_nothing_asks_nothing_and_runs_everything() -> None:
    script = (ROOT / ".ci" / "run").read_text()

    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert "set -euo pipefail" in script
    assert "export REQUIRE_BROWSER=1" in script
    assert "apt-get update" in script
    assert "sudo -n" in script
    for target in ("make setup", "make check", "make test"):
        assert f"\n{target}\n" in script
