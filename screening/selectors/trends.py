"""Pain and distress over time, for many patients at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from oncology_clinic.crypto.fields import reveal
from screening.models import Screen

PAIN, DISTRESS = "nrs-pain", "distress-0-10"


@dataclass(slots=True)
class Trend:
    """Scores oldest first, 0 to 10; a skipped question is None and leaves a gap. `at` is the last answer's time."""

    pain: list[int | None] = field(default_factory=list)
    distress: list[int | None] = field(default_factory=list)
    at: datetime | None = None


def trends(patient_ids: Collection[UUID], *, limit: int = 6) -> dict[UUID, Trend]:
    """The last `limit` pain and distress screens of each patient. One statement for all; absent means none."""
    place = Window(
        RowNumber(),
        partition_by=[F("patient_id"), F("instrument")],
        order_by=[F("completed_at").desc(), F("id").desc()],
    )
    done = Screen.objects.filter(
        patient_id__in=patient_ids, instrument__in=(PAIN, DISTRESS), completed_at__isnull=False
    )
    wanted = done.only("id", "patient_id", "instrument", "completed_at", "score")
    found: dict[UUID, Trend] = {}
    for screen in wanted.annotate(place=place).filter(place__lte=limit).order_by("completed_at", "id"):
        trend = found.setdefault(screen.patient_id, Trend())
        score = reveal(screen.score)
        values = trend.pain if screen.instrument == PAIN else trend.distress
        values.append(None if score is None else int(score))
        trend.at = screen.completed_at
    return found
