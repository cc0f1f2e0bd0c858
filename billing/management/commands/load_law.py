"""`manage.py load_law`: the built-in edition of the law into the rule book."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.services import law
from oncology_clinic.actors import system_actor
from oncology_clinic.audit.context import phi_context
from oncology_clinic.decisions import Malformed


class Command(BaseCommand):
    help = "Load the dated, cited provisions under billing/law. Published rows are never edited. Can be run again."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with phi_context("load_law"):
                loaded = law.load(actor=system_actor("load_law"), now=timezone.now())
        except Malformed as wrong:
            raise CommandError(wrong.sentence) from None
        self.stdout.write(
            f"law: {loaded.created} new, {loaded.redrafted} drafts changed, "
            f"{loaded.superseding} new versions to review, {loaded.unchanged} unchanged"
        )
