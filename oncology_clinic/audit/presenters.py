"""The auditor's table, in words."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from oncology_clinic.audit.search import EventLine, Found


def table(found: Found) -> dict[str, Any]:
    """Columns and rows for components/staff_table.html."""
    labels = [_("When"), _("Who"), _("What"), _("Patient"), _("Where")]
    return {"columns": labels, "rows": [{"cells": _cells(line, labels)} for line in found.lines]}


def earlier(found: Found, *, asked: dict[str, str]) -> str:
    """The address of the next page, with the same filters; empty on the last."""
    if found.next_cursor is None:
        return ""
    kept = {name: value for name, value in asked.items() if value and name != "cursor"}
    return "?" + urlencode({**kept, "cursor": found.next_cursor})


def clock_words() -> str:
    return _("Times are clinic time (%(zone)s).") % {"zone": settings.CLINIC_TIME_ZONE}


def _cells(line: EventLine, labels: list[str]) -> list[dict[str, Any]]:
    at = timezone.localtime(line.at, ZoneInfo(settings.CLINIC_TIME_ZONE))
    cells: list[dict[str, Any]] = [
        {"strong": formats.date_format(at, "Y-m-d H:i:s"), "sub": f"#{line.id}"},
        {"text": line.actor or _("unreadable"), "sub": _who(line)},
        {"text": _words(line.action), "sub": " · ".join(filter(None, (_words(line.category), _thing(line))))},
        {"text": line.patient_id or _("none")},
        {"text": line.route or _("no page"), "sub": line.ip},
    ]
    if line.outcome != "ok":
        cells[2]["tag"] = {"text": line.rule or _words(line.outcome), "tone": "warn"}
    return [{**cell, "label": label} for cell, label in zip(cells, labels, strict=True)]


def _who(line: EventLine) -> str:
    role = _words(line.role)
    return _("%(role)s for %(patient)s") % {"role": role, "patient": line.on_behalf_of} if line.on_behalf_of else role


def _thing(line: EventLine) -> str:
    return " ".join(filter(None, (line.object_type, line.object_id)))


def _words(code: str) -> str:
    return code.replace("_", " ").capitalize()
