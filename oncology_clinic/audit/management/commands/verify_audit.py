"""`manage.py verify_audit`: is the log what was written? Names the first event that is not."""

from __future__ import annotations

import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand
from django.db import DatabaseError, transaction
from django.utils import timezone
from tqdm import tqdm

from oncology_clinic.actors import system_actor
from oncology_clinic.audit import events, verification
from oncology_clinic.audit.contract import Action, Category, Outcome
from oncology_clinic.audit.verdicts import Exit, Finding, Report

SHOWN_OF_A_KIND = 20
_CLOSING = {
    Exit.ok: "OK: everything sealed is proved.",
    Exit.tampering: "TAMPERED: the log is not what was written.",
    Exit.not_verified: "NOT VERIFIED: something needed for the proof is missing.",
    Exit.sealing_lag: "SEALING LAG: what is sealed is proved, and the sealer is behind.",
}


class Command(BaseCommand):
    help = "Verify the audit log. Exit status: 0 proved, 1 tampering, 2 could not verify, 3 the sealer is behind."
    requires_system_checks = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--since-seal", type=int, default=1, help="begin at this seal (default: the whole log)")

    def handle(self, *args: Any, **options: Any) -> None:
        status = self._verify(max(1, options["since_seal"]))
        if status:
            sys.exit(int(status))

    def _verify(self, since: int) -> Exit:
        try:
            total = verification.count_events(since_seal=since)
            with tqdm(total=total, unit="event", unit_scale=True, file=self.stderr, disable=total < 50_000) as bar:
                report = verification.verify(now=timezone.now(), since_seal=since, progress=bar.update)
        except (DatabaseError, ImproperlyConfigured) as error:
            self.stdout.write(f"NOT VERIFIED: {str(error).strip() or type(error).__name__}")
            return Exit.not_verified
        self._print(report)
        self._record(report, since)
        return report.exit

    def _print(self, report: Report) -> None:
        ids = f" (ids {report.first_id:,}..{report.last_id:,})" if report.first_id is not None else ""
        sealed_at = f"{report.newest_seal_at:%Y-%m-%d %H:%M:%S} UTC" if report.newest_seal_at else "never"
        self.stdout.write(f"Sealed: {report.sealed_events:,} events in {report.seals:,} seals{ids}.")
        self.stdout.write(f"Newest seal: {report.newest_seal}, {sealed_at}.")
        self.stdout.write(f"Anchor: {report.anchor or 'none'}, {report.anchored:,} seals.")
        for line in _lines(report.findings):
            self.stdout.write(line)
        if report.first_bad is not None:
            self.stdout.write(f"First bad event: id={report.first_bad}")
        self.stdout.write(
            f"Not proved: {report.unsealed_events:,} events are not sealed yet. Their own MACs were checked; that none "
            "was removed can only be shown by a witness outside the database, which is not built yet."
        )
        self.stdout.write(_CLOSING[report.exit])

    def _record(self, report: Report, since: int) -> None:
        try:
            with transaction.atomic():
                events.record(
                    Action.seal_check,
                    actor=system_actor("verify_audit"),
                    category=Category.audit,
                    now=timezone.now(),
                    outcome=Outcome.ok if report.exit is Exit.ok else Outcome.error,
                    detail={
                        "exit": int(report.exit),
                        "since_seal": since,
                        "sealed": report.sealed_events,
                        "verdicts": sorted({finding.verdict for finding in report.findings}),
                    },
                )
        except DatabaseError as error:
            self.stderr.write(f"This check could not be recorded in the log: {type(error).__name__}.")


def _lines(findings: list[Finding]) -> list[str]:
    """Each finding once, at most twenty of a kind."""
    shown: dict[str, int] = {}
    lines = []
    for finding in findings:
        shown[finding.verdict] = shown.get(finding.verdict, 0) + 1
        if shown[finding.verdict] <= SHOWN_OF_A_KIND:
            lines.append(str(finding))
    return lines + [f"{name} ... and {n - SHOWN_OF_A_KIND} more" for name, n in shown.items() if n > SHOWN_OF_A_KIND]
