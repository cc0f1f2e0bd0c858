"""What verification can find, by name, and what each means for the exit status."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

TAMPERING = frozenset(
    {
        "EVENT-MAC-BAD",
        "EVENTS-MISSING",
        "EVENTS-ADDED",
        "ROOT-MISMATCH",
        "EVENT-DUPLICATED",
        "SEAL-MISSING",
        "SEAL-CHAIN-BROKEN",
        "SEAL-SIGNATURE-BAD",
        "ANCHOR-MISMATCH",
        "ROLLBACK",
    }
)
DOUBT = frozenset({"KEY-MISSING", "ANCHOR-MISSING", "ANCHOR-INCOMPLETE", "NOTHING-SEALED"})
LAG = frozenset({"SEALING-LAG", "SEALER-SILENT"})


class Exit(IntEnum):
    ok = 0
    tampering = 1
    not_verified = 2
    sealing_lag = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One verdict with its sentence; `event_id` is the first event it names, if it names one."""

    verdict: str
    sentence: str
    event_id: int | None = None

    def __str__(self) -> str:
        return f"{self.verdict} {self.sentence}"


@dataclass(slots=True)
class Report:
    """What was read and what was found. `first_bad` is the lowest event id any finding names."""

    findings: list[Finding] = field(default_factory=list)
    sealed_events: int = 0
    unsealed_events: int = 0
    seals: int = 0
    first_id: int | None = None
    last_id: int | None = None
    newest_seal: int = 0
    newest_seal_at: datetime | None = None
    anchor: str = ""
    anchored: int = 0

    def add(self, verdict: str, sentence: str, event_id: int | None = None) -> None:
        self.findings.append(Finding(verdict, sentence, event_id))

    @property
    def first_bad(self) -> int | None:
        return min((one.event_id for one in self.findings if one.event_id is not None), default=None)

    @property
    def exit(self) -> Exit:
        """Never 0 on doubt: tampering before doubt before lag."""
        names = {one.verdict for one in self.findings}
        if names & TAMPERING:
            return Exit.tampering
        if names - LAG:
            return Exit.not_verified
        return Exit.sealing_lag if names else Exit.ok
