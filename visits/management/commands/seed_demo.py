"""`manage.py seed_demo`: the demo clinic with its people; with numbers, a clinic of any size beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from oncology_clinic.actors import system_actor
from oncology_clinic.audit.context import phi_context
from visits.demo import bulk, seeding


class Command(BaseCommand):
    help = (
        "Make the demo clinic Lakeside Cancer Care and write its sign-ins to var/demo.json. Can be run again. "
        "With --patients and --appointments, also fill the clinic in bulk. Every person is invented."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patients", type=int, default=0, help="how many patients to make in bulk")
        parser.add_argument("--appointments", type=int, default=0, help="how many appointments to make in bulk")
        parser.add_argument("--seed", type=int, default=1, help="chooses names and times; the same number, the same")
        parser.add_argument("--file", type=Path, help="where the sign-ins go (var/demo.json)")
        parser.add_argument("--i-know", action="store_true", help="fill in bulk under other than trial settings")

    def handle(self, *args: Any, **options: Any) -> None:
        size = bulk.Size(options["patients"], options["appointments"], options["seed"])
        if size.patients < 0 or size.appointments < 0:
            raise CommandError("Give numbers that are not negative.")
        if not settings.DEMO_SIGN_INS:
            _check_knows(size, knows=options["i_know"])
        with phi_context("seed_demo"):
            if settings.DEMO_SIGN_INS:
                self._demo(options["file"] or settings.VAR_DIR / "demo.json")
            if size.patients or size.appointments:
                self._bulk(size)

    def _demo(self, file: Path) -> None:
        people = seeding.seed(file=file, base_url=settings.BASE_URL, now=timezone.now())
        self.stdout.write(f"{len(people)} people can sign in")

    def _bulk(self, size: bulk.Size) -> None:
        bars: dict[str, tqdm[Any]] = {}

        def progress(what: str, done: int, of: int) -> None:
            if what not in bars:
                bars[what] = tqdm(total=of, desc=what, unit_scale=True, file=self.stderr)
            bars[what].update(done - bars[what].n)
            if done == of:
                bars[what].close()

        try:
            bulk.make(size, actor=system_actor("seed_demo"), now=timezone.now(), progress=progress)
        except bulk.TooFewPatients as wrong:
            raise CommandError(f"{wrong}. Give --patients too.") from None
        finally:
            for bar in bars.values():
                bar.close()
        self.stdout.write(f"made {size.patients} patients and {size.appointments} appointments")


def _check_knows(size: bulk.Size, *, knows: bool) -> None:
    """Real patients may be in this database: invented ones only on a clear word, and never sign-ins or their file."""
    if not knows:
        raise CommandError(
            "These settings are for real patients, and invented people do not belong among them. "
            "If this is a trial all the same, add --i-know."
        )
    if not (size.patients or size.appointments):
        raise CommandError("Under these settings nobody gets a demo sign-in. Give --patients and --appointments.")
