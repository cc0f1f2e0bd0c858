"""Pinned packages: every one with hashes, no index address anywhere, and the time zones of the pinned tzdata."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from datetime import datetime, timedelta
from importlib import metadata
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from oncology_clinic.embedded import setup
from tests.machine.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def pins(name: str) -> dict[str, str]:
    """Each package's block of lines by its plain name."""
    blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text())
    named = [(re.match(r"([A-Za-z0-9_.-]+)==", block), block) for block in blocks]
    return {plain(match[1]): block for match, block in named if match}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9_.-]+", name)[0]).lower()  # type: ignore[index]


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("requirements.txt", PROJECT["dependencies"]),
        ("requirements-dev.txt", PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]),
    ],
)
def test_every_direct_dependency_is_pinned_with_hashes(file: str, wanted: list[str]) -> None:
    pinned = pins(file)
    for name in map(plain, wanted):
        assert name in pinned, f"{name} is not in {file}"
    for name, block in pinned.items():
        assert "--hash=sha256:" in block, f"{name} in {file} has no hash"


def test_both_files_pin_the_same_versions() -> None:
    product, everything = pins("requirements.txt"), pins("requirements-dev.txt")
    first = {name: block.split()[0] for name, block in product.items()}
    assert first == {name: everything[name].split()[0] for name in product}


def test_no_tracked_file_names_an_index_or_this_machine() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("only a clone knows which files are tracked")
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.split(b"\0")
    # spelled in parts, so that this file does not name them either
    options = [f"--{word}" for word in ("index" + "-url", "extra-" + "index-url", "find" + "-links")]
    hosts = ["pypi" + ".org/simple", "files.python" + "hosted.org"]
    forbidden = [re.compile(rf"(?<!no-emit-){re.escape(word.lstrip('-'))}") for word in options]
    for name in filter(None, tracked):
        path = ROOT / os.fsdecode(name)
        if not path.is_file() or path.suffix in {".png", ".woff2", ".mo"}:
            continue
        text = path.read_text(errors="replace")
        assert not any(host in text for host in hosts), path
        if "requirements" in path.name or path.name in {"pyproject.toml", "Makefile", "run", "Dockerfile"}:
            assert not any(pattern.search(text) for pattern in forbidden), path


def test_the_pinned_time_zones_are_read_not_the_systems() -> None:
    """Lessons 6.3: a system's own data can have the wrong Vancouver for winter 2026."""
    assert metadata.version("tzdata") >= "2026"
    in_december = datetime(2026, 12, 15, 12, tzinfo=ZoneInfo("America/Vancouver"))
    assert in_december.utcoffset() == timedelta(hours=-7)


@pytest.mark.parametrize("settings", ["test", "local"])
def test_every_process_reads_the_pinned_time_zones(settings: str, tmp_path: Path) -> None:
    script = (
        "import oncology_clinic.settings." + settings + ", datetime, zoneinfo;"
        "print(zoneinfo.TZPATH, datetime.datetime(2026,12,15,tzinfo=zoneinfo.ZoneInfo('America/Vancouver')).utcoffset())"
    )
    environment = {**os.environ, "CLINIC_VAR": str(tmp_path), "PYTHONTZPATH": "/usr/share/zoneinfo"}
    told = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert told.stdout.strip() == "() -1 day, 17:00:00", told.stderr


def test_setup_does_nothing_when_the_pins_are_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp = tmp_path / "installed"
    monkeypatch.setattr(setup, "STAMP", str(stamp))
    monkeypatch.setattr(setup, "PYTHON", sys.executable)
    before = setup.is_up_to_date(setup.fingerprint())
    stamp.write_text(setup.fingerprint())

    assert before is False
    assert setup.is_up_to_date(setup.fingerprint()) is True
    assert setup.is_up_to_date("another day's pins") is False


def test_setup_tells_an_old_python_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "version_of", lambda python: (3, 9))

    with pytest.raises(SystemExit, match=r"needs Python 3[.]11 or newer"):
        setup.interpreter()


def test_setup_speaks_a_python_old_enough_to_say_so() -> None:
    compile((ROOT / "oncology_clinic/embedded/setup.py").read_text(), "setup.py", "exec", dont_inherit=True)
    script = "import ast, sys; ast.parse(open(sys.argv[1]).read(), feature_version=(3, 7))"
    path = str(ROOT / "oncology_clinic/embedded/setup.py")
    assert subprocess.run([sys.executable, "-c", script, path]).returncode == 0
