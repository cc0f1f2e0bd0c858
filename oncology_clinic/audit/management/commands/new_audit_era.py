"""`manage.py new_audit_era`: after a restore into another cluster, where transaction numbers begin again.

Verify the restored log first (it must end where the anchor ends, or say why not), then
run this once. The rows that were not sealed yet are sealed as the end of the old era.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from oncology_clinic.actors import system_actor
from oncology_clinic.audit import events, sealing
from oncology_clinic.audit.anchors import AnchorUnreadable
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.audit.sealrecord import NoSealKey


class Command(BaseCommand):
    help = "Begin a new era of the audit log after a restore into another cluster. Needs the seal key and the table's owner."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            era = sealing.begin_era(now)
        except (sealing.SealingRefused, AnchorUnreadable, NoSealKey) as error:
            raise CommandError(str(error)) from None
        with transaction.atomic():
            events.record(
                Action.seal_check,
                actor=system_actor("new_audit_era"),
                category=Category.audit,
                now=now,
                detail={"era": era},
            )
        self.stdout.write(f"New events belong to era {era}.")
