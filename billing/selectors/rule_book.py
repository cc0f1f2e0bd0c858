"""The compiled rule book of this process, reloaded as soon as a rule changes anywhere."""

from __future__ import annotations

import threading

from billing.models import CoverageRule, RuleBookStamp
from billing.rules.book import Book
from billing.rules.model import RuleStatus

_lock = threading.Lock()
_kept: Book | None = None


def current() -> Book:
    """The book of the rules now in force: one statement for the stamp, one more only when it changed.

    The stamp is renewed in the transaction that changes a rule, so the next call in any
    process or thread sees the change once that transaction commits. A book loaded while
    rules change may be newer than its stamp, never older; the next call then reloads.
    """
    global _kept
    token = RuleBookStamp.objects.filter(id=RuleBookStamp.ONLY).values_list("token", flat=True).first()
    kept = _kept
    if token is not None and kept is not None and kept.revision == str(token):
        return kept
    book = load(revision=str(token or ""))
    if token is not None:
        with _lock:
            _kept = book
    return book


def load(*, revision: str) -> Book:
    """Compile the active rows. Drafts and retired rows are not even read."""
    rows = CoverageRule.objects.filter(status=RuleStatus.active).order_by("code", "version")
    return Book.compile((row.as_rule() for row in rows), revision=revision)
