"""`manage.py words`: gather the messages of the code into the Spanish catalogue, and compile it.

With `--check`, write nothing and say what is missing. Needs no gettext programs.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from oncology_clinic.words import catalogue, extraction

LANGUAGE = "es"


class Command(BaseCommand):
    help = "Gather the messages of the code into the Spanish catalogue, and compile it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail when the files are not up to date"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        po = catalogue.path_of(settings.BASE_DIR, LANGUAGE)
        mo = po.with_suffix(".mo")
        gathered = catalogue.merged(catalogue.read(po), extraction.messages(settings.BASE_DIR))
        text, machine = catalogue.written(gathered), catalogue.compiled(gathered)
        waiting = [entry.message.text for entry in gathered.entries if not entry.is_translated]
        for sentence in waiting:
            self.stdout.write(f"no translation: {sentence}")
        if not options["check"]:
            po.write_text(text, encoding="utf-8")
            mo.write_bytes(machine)
        elif po.read_text(encoding="utf-8") != text or mo.read_bytes() != machine:
            raise CommandError("The catalogue is not up to date. Run `manage.py words` and commit both files.")
        if waiting and options["check"]:
            raise CommandError(f"{len(waiting)} messages wait for a translation.")
        self.stdout.write(f"{len(gathered.entries)} messages, {len(waiting)} without a translation")
