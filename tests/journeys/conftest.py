"""The demo clinic over real HTTP on a Tuesday five past twelve, its people and their windows."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command

from tests.audit.conftest import as_superuser
from tests.conftest import LiveClinic
from tests.factories import OHIO
from tests.journeys.clinic import Clinic
from tests.journeys.inspection import Inspector
from tests.journeys.windows import Door

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TUESDAY = 1


def noon_of_a_tuesday(today: datetime) -> datetime:
    """The next one, so that the day has visits done, somebody waiting, and visits to come."""
    day = today.date() + timedelta(days=(TUESDAY - today.weekday()) % 7)
    return datetime.combine(day, time(12, 5), tzinfo=ZoneInfo(OHIO))


@pytest.fixture
def clinic(browser: Browser, live_clinic: LiveClinic, tmp_path: Path) -> Iterator[Clinic]:
    """The demo clinic as `make run` makes it, one for each journey."""
    file = tmp_path / "demo.json"
    # This journey's seals have an anchor of their own: a seal that another test left would be one too many.
    as_superuser("TRUNCATE audit_event, audit_seal RESTART IDENTITY")
    with time_machine.travel(noon_of_a_tuesday(datetime.now(UTC)), tick=True):
        call_command("load_law", stdout=io.StringIO())
        call_command("seed_demo", file=file, stdout=io.StringIO())
        people = json.loads(file.read_text())["people"]
        yield Clinic(live_clinic.url, people={person["username"]: person for person in people})


@pytest.fixture(scope="package")
def inspector(browser: Browser) -> Iterator[Inspector]:
    """Looks at every page the journeys visit."""
    with Inspector(browser) as looking:
        yield looking


@pytest.fixture
def door(browser: Browser, clinic: Clinic, inspector: Inspector) -> Iterator[Door]:
    """`door.enter("alice.brennan")`: that person's own window, signed in through the pages."""
    with Door(browser, clinic, inspector) as opened:
        yield opened
    inspector.report()
