"""Filling the clinic before it opens: schema, pages' files, law, demo people. Runs inside the starting process."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import django
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command, get_commands
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from oncology_clinic.crypto import keys
from oncology_clinic.embedded.processes import StartFailed
from oncology_clinic.embedded.progress import Step


def set_up() -> None:
    django.setup()


def migrate(step: Step) -> None:
    executor = MigrationExecutor(connections["default"])
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        call_command("migrate", verbosity=0, interactive=False)
    step.outcome = f"{len(missing)} migrations applied" if missing else "nothing to do"


def check_keys(step: Step) -> None:
    """Raise `StartFailed` when var/keys.json and the database do not belong together."""
    try:
        keys.check_fingerprints()
    except keys.KeysDoNotFit as error:
        raise StartFailed(
            f"{error}\nThe keys of this clinic are in {settings.VAR_DIR / 'keys.json'}; its data are in another database "
            "or were kept from an earlier clinic. Put the right key file back, or move the data away to begin anew."
        ) from None
    step.outcome = "fit the database"


def collect_static(step: Step) -> None:
    """Only when a file is newer than the last collection, or another one."""
    root = Path(settings.STATIC_ROOT)
    stamp, wanted = root / ".collected", _fingerprint_of_static()
    if stamp.exists() and stamp.read_text() == wanted:
        step.outcome = "nothing to do"
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=root.exists())
    stamp.write_text(wanted)
    step.outcome = "collected"


def load(command: str, step: Step, **options: Any) -> None:
    """Run a loading command if this version has it."""
    if not has(command):
        step.outcome = "not in this version"
        return
    said = io.StringIO()
    call_command(command, stdout=said, stderr=said, **options)
    words = [line for line in said.getvalue().replace("\r", "\n").splitlines() if line.strip()]
    step.outcome = words[-1].strip()[:44] if words else "done"


def seed(step: Step, *, demo: Path, is_our_database: bool) -> None:
    """Make the demo clinic in an empty database, and on a later day that day's visits.

    A database of somebody else's with people in it is left alone.
    """
    has_people = apps.get_model(settings.AUTH_USER_MODEL).objects.exists()
    if has_people and not is_our_database:
        step.outcome = "people are there"
    elif has_people and demo.exists() and _was_written_today(demo):
        step.outcome = "people are there, and today's visits"
    else:
        load("seed_demo", step)


def _was_written_today(demo: Path) -> bool:
    zone = ZoneInfo(settings.CLINIC_TIME_ZONE)
    return datetime.fromtimestamp(demo.stat().st_mtime, tz=zone).date() == timezone.now().astimezone(zone).date()


def name_address(demo: Path, *, url: str) -> None:
    """Where the clinic is this time, for scripts that read demo.json."""
    try:
        content = json.loads(demo.read_text())
    except (OSError, ValueError):
        return
    part = demo.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_text(json.dumps({**content, "base_url": url}, indent=1, ensure_ascii=False))
    part.replace(demo)


def has(command: str) -> bool:
    return command in get_commands()


def let_go() -> None:
    """Keep no connection: the programs have their own."""
    connections.close_all()


def _fingerprint_of_static() -> str:
    found = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in finders.get_finders():
        for name, storage in finder.list([]):
            about = Path(storage.path(name)).stat()
            found.update(f"{name}\0{about.st_mtime_ns}\0{about.st_size}\0".encode())
    return found.hexdigest()
