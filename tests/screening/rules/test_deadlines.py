"""By when somebody must have looked, in the clinic's own hours."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from screening.rules import deadlines
from screening.rules.flags import Severity

ZONE = ZoneInfo("America/New_York")
HOURS = deadlines.Hours(zone=ZONE)


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("severity", "asked", "due"),
    [
        # 2026-11-23 is a Monday; Thursday the 26th is Thanksgiving
        ("urgent", "2026-11-23T07:00", "2026-11-23T17:00"),
        ("urgent", "2026-11-23T16:59", "2026-11-23T17:00"),
        ("urgent", "2026-11-23T17:00", "2026-11-24T10:00"),
        ("urgent", "2026-11-25T20:00", "2026-11-27T10:00"),
        ("urgent", "2026-11-28T12:00", "2026-11-30T10:00"),
        ("soon", "2026-11-23T10:30", "2026-11-24T10:30"),
        ("soon", "2026-11-23T07:00", "2026-11-23T17:00"),
        ("soon", "2026-11-23T18:00", "2026-11-24T17:00"),
        ("soon", "2026-11-27T15:00", "2026-11-30T15:00"),
        ("routine", "2026-11-23T10:00", "2026-11-24T17:00"),
        ("routine", "2026-11-23T18:00", "2026-11-25T17:00"),
        ("routine", "2026-11-25T10:00", "2026-11-27T17:00"),
        # across the change of clocks on 2026-11-01: the same wall time
        ("soon", "2026-10-30T10:00", "2026-11-02T10:00"),
    ],
)
def test_it_is_due_within_clinic_days(severity, asked, due):
    now = local(asked).astimezone(UTC)

    assert deadlines.due_at(Severity(severity), now=now, hours=HOURS) == local(due)


def test_a_graver_answer_is_never_due_later():
    for hour in range(24 * 8):
        now = datetime.fromtimestamp(1_795_000_000 + hour * 3600, tz=UTC)
        urgent, soon, routine = (deadlines.due_at(severity, now=now, hours=HOURS) for severity in Severity)

        assert now < urgent <= soon <= routine


def test_an_emergency_is_due_in_fifteen_minutes_whatever_the_hour():
    midnight = local("2026-11-29T00:00")

    assert deadlines.emergency_due_at(now=midnight) == local("2026-11-29T00:15")
