"""What an administrator should see at a glance: is anything late? The room that counts is named in the settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import formats
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from oncology_clinic.audit import selectors as audit

SEAL_LATE = timedelta(minutes=5)  # beat seals every few seconds


def rows(now: datetime) -> list[dict[str, Any]]:
    """For components/check_row.html: reminders, then the log. Two statements."""
    return [*_reminders(now), _seal(now)]


def _reminders(now: datetime) -> list[dict[str, Any]]:
    name = getattr(settings, "LATE_REMINDERS", "")
    if not name:
        return []
    count: Callable[[datetime], int] = import_string(name)
    late = count(now)
    told = ngettext("%(count)d should have gone and did not.", "%(count)d should have gone and did not.", late) % {
        "count": late
    }
    return [
        {
            "icon": "bell",
            "title": _("Reminders"),
            "text": told,
            "tag": {"text": _("Look now"), "tone": "warn"} if late else {"text": _("All sent"), "tone": "ok"},
        }
    ]


def _seal(now: datetime) -> dict[str, Any]:
    at = audit.last_sealed_at()
    if at is None:
        return {
            "icon": "lock",
            "title": _("Audit log"),
            "text": _("Nothing is sealed yet. The worker seals what is finished."),
            "tag": {"text": _("Not sealed"), "tone": "warn"},
        }
    local = at.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE))
    said = _("Last sealed %(when)s.") % {"when": formats.date_format(local, _("F j, P"))}
    is_late = now - at > SEAL_LATE
    tag = {"text": _("Late"), "tone": "warn"} if is_late else {"text": _("Sealed"), "tone": "ok"}
    return {"icon": "lock", "title": _("Audit log"), "text": said, "tag": tag}
