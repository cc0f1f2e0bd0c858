"""When reminders are due: offsets by modality, quiet hours, changes of the clocks. No database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visits.rules import reminders

NEW_YORK = "America/New_York"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def at(text: str, zone: str = NEW_YORK) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def planned(start: str, modality: str = "video", *, zone: str = NEW_YORK, now: datetime = LONG_AGO) -> list[tuple]:
    """(hours before, local due time) of each."""
    plan = reminders.plan(starts_at=at(start, zone), modality=modality, zone=zone, now=now)
    local = [one.due_at.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M") for one in plan]
    return list(zip([one.offset_minutes // 60 for one in plan], local, strict=True))


@pytest.mark.parametrize(
    ("modality", "expected"),
    [
        ("video", [(72, "11-28 14:00"), (24, "11-30 14:00"), (2, "12-01 12:00")]),
        ("audio", [(72, "11-28 14:00"), (24, "11-30 14:00"), (2, "12-01 12:00")]),
        ("in_person", [(72, "11-28 14:00"), (24, "11-30 14:00")]),
        ("async", []),
        ("rpm", []),
    ],
)
def test_it_plans_by_modality(modality, expected):
    assert planned("2026-12-01 14:00", modality) == expected


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("2026-11-28 13:59", [72, 24, 2]),
        ("2026-11-28 14:00", [24, 2]),  # what is due at this very moment is past
        ("2026-11-30 15:00", [2]),
        ("2026-12-01 12:30", []),
        ("2026-12-02 09:00", []),
    ],
)
def test_it_leaves_out_what_is_past(now, left):
    assert [hours for hours, _ in planned("2026-12-01 14:00", now=at(now))] == left


@pytest.mark.parametrize(
    ("start", "two_hours_before"),
    [
        ("2026-12-01 10:00", "12-01 08:00"),  # the last quiet minute is 7:59
        ("2026-12-01 09:59", "12-01 08:00"),
        ("2026-12-01 08:30", "12-01 08:00"),  # still half an hour's notice
        ("2026-12-01 08:29", "11-30 20:00"),  # too short: the evening before
        ("2026-12-01 22:59", "12-01 20:59"),
        ("2026-12-01 23:00", "12-01 20:00"),  # 21:00 is quiet, and the morning after would be too late
    ],
)
def test_it_never_wakes_anybody(start, two_hours_before):
    assert planned(start)[-1] == (2, two_hours_before)


def test_it_moves_a_day_before_out_of_the_night():
    # A visit at 7:15: the day before at 7:15 is quiet, so at 8:00; three days before likewise.
    assert planned("2026-12-01 07:15", "in_person") == [(72, "11-28 08:00"), (24, "11-30 08:00")]


@pytest.mark.parametrize(
    ("start", "zone", "day_before"),
    [
        ("2026-03-08 14:00", NEW_YORK, "03-07 14:00"),  # 23 hours earlier
        ("2026-11-01 14:00", NEW_YORK, "10-31 14:00"),  # 25 hours earlier
        ("2026-03-29 14:00", "Europe/Lisbon", "03-28 14:00"),
        ("2026-10-04 14:00", "Australia/Lord_Howe", "10-03 14:00"),  # half an hour of daylight saving
        ("2026-03-08 14:00", "America/Phoenix", "03-07 14:00"),
    ],
)
def test_it_counts_days_on_the_wall_clock_across_a_change_of_the_clocks(start, zone, day_before):
    assert (24, day_before) in planned(start, zone=zone)


@pytest.mark.parametrize(
    ("start", "hours"), [("2026-03-09 02:30", 23), ("2026-11-02 01:30", 25), ("2026-12-02 01:30", 24)]
)
def test_it_knows_the_length_of_a_day_of_23_or_25_hours(start, hours):
    moment = at(start)
    earlier = reminders.before(moment, offset=timedelta(hours=24), zone=NEW_YORK)

    # 2:30 on 8 March does not exist: the clocks show 3:30 then.
    expected = 23 if start.startswith("2026-03") else hours
    assert moment - earlier == timedelta(hours=expected)


def test_it_counts_hours_in_real_time():
    moment = at("2026-11-01 03:00")

    assert moment - reminders.before(moment, offset=timedelta(hours=2), zone=NEW_YORK) == timedelta(hours=2)


def test_it_may_send_each_until_the_next_is_due_and_the_last_until_the_visit():
    plan = reminders.plan(starts_at=at("2026-12-01 14:00"), modality="video", zone=NEW_YORK, now=LONG_AGO)

    assert [one.not_after for one in plan] == [plan[1].due_at, plan[2].due_at, at("2026-12-01 14:00")]


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [("20:59", False), ("21:00", True), ("23:59", True), ("00:00", True), ("07:59", True), ("08:00", False)],
)
def test_it_knows_the_quiet_hours(clock, quiet):
    moment = at(f"2026-12-01 {clock}")

    assert reminders.is_quiet(moment, zone=NEW_YORK) == quiet
    if quiet:
        until = reminders.quiet_until(moment, zone=NEW_YORK)
        assert timedelta(0) < until - moment <= timedelta(hours=11)
        assert until.astimezone(ZoneInfo(NEW_YORK)).hour == 8


zones = st.sampled_from([NEW_YORK, "America/Phoenix", "Pacific/Honolulu", "Australia/Lord_Howe", "Asia/Kathmandu"])
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@settings(max_examples=300, deadline=None)
@given(start=moments, now=moments, zone=zones, modality=st.sampled_from(["in_person", "video", "audio"]))
def test_it_plans_only_what_may_be_sent(start, now, zone, modality):
    plan = reminders.plan(starts_at=start, modality=modality, zone=zone, now=now)

    assert len({one.offset for one in plan}) == len(plan)
    for one in plan:
        assert now < one.due_at < one.not_after <= start
        assert not reminders.is_quiet(one.due_at, zone=zone)
    assert [one.due_at for one in plan] == sorted({one.due_at for one in plan})
