"""What `make run` loads before the clinic opens."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oncology_clinic.embedded import loading
from oncology_clinic.embedded.progress import Step
from tests import factories

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    commands: list[str] = []
    monkeypatch.setattr(loading, "load", lambda command, step, **options: commands.append(command))
    return commands


def _written(path: Path, at: datetime) -> Path:
    path.write_text("{}")
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def _step() -> Step:
    return Step.__new__(Step)


@pytest.mark.django_db
def test_it_makes_the_demo_in_an_empty_database(loaded: list[str], tmp_path: Path) -> None:
    loading.seed(_step(), demo=tmp_path / "demo.json", is_our_database=False)

    assert loaded == ["seed_demo"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("age", "commands"), [(timedelta(0), []), (timedelta(days=1), ["seed_demo"])], ids=["today", "yesterday"]
)
def test_it_makes_a_new_days_visits_once_a_day(
    age: timedelta, commands: list[str], loaded: list[str], tmp_path: Path
) -> None:
    factories.a_patient()
    factories.a_coordinator()
    demo = _written(tmp_path / "demo.json", datetime.now(UTC) - age)

    loading.seed(_step(), demo=demo, is_our_database=True)

    assert loaded == commands


@pytest.mark.django_db
def test_it_leaves_somebody_elses_database_alone(loaded: list[str], tmp_path: Path) -> None:
    factories.a_coordinator()

    loading.seed(_step(), demo=tmp_path / "demo.json", is_our_database=False)

    assert loaded == []
