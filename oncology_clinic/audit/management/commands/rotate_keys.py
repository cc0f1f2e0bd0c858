"""`manage.py rotate_keys`: seal every value again under the newest FIELD_ENCRYPTION_KEY.

Put the new key first in FIELD_ENCRYPTION_KEY, restart every process, run this (stop and
start it as you like), then take the old key out.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from tqdm import tqdm

from oncology_clinic.actors import system_actor
from oncology_clinic.audit import events
from oncology_clinic.audit.context import phi_context
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.crypto import keys, rotation


class Command(BaseCommand):
    help = "Seal every sealed value again under the newest key. Can be stopped and started again at any time."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--batch", type=int, default=rotation.BATCH, help="rows a transaction (default 500)")

    def handle(self, *args: Any, **options: Any) -> None:
        keys.check_fingerprints()
        with (
            phi_context("rotate_keys"),
            tqdm(total=rotation.rows_to_visit(), unit="row", file=self.stderr, mininterval=0.5) as bar,
        ):
            tally = rotation.rotate(progress=bar.update, batch=options["batch"])
            self._finish(tally)

    def _finish(self, tally: rotation.Tally) -> None:
        with transaction.atomic():
            if not tally.unreadable:
                keys.forget_all_but_newest()
            events.record(
                Action.key_rotation,
                actor=system_actor("rotate_keys"),
                category=Category.account,
                now=timezone.now(),
                detail={"seen": tally.seen, "resealed": tally.resealed, "unreadable": tally.unreadable},
            )
        self.stdout.write(f"{tally.seen} values seen, {tally.resealed} sealed again, {tally.unreadable} unreadable.")
        if tally.unreadable:
            raise CommandError("Some values open with no configured key: keep every old key and find the missing one.")
        self.stdout.write("All values are under the newest key; older keys may be taken out of FIELD_ENCRYPTION_KEY.")
