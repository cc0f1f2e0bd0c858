"""Free starts: hours, breaks, leave, bookings, and the days on which the clocks change."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visits.rules import slots

OHIO = "America/New_York"


def hours(*rows, zone=OHIO, site="main"):
    return [slots.WeeklyHours(weekday, time(*starts), time(*ends), zone, site) for weekday, starts, ends in rows]


def at(text):
    return datetime.fromisoformat(text).astimezone(UTC)


def starts(rows, begin, end, busy=(), minutes=30, step=30):
    busy = [(at(first), at(last)) for first, last in busy]
    return [
        start.starts_at
        for start in slots.free_starts(
            rows, begin=at(begin), end=at(end), busy=busy, minutes=minutes, step_minutes=step
        )
    ]


MONDAY = hours((0, (9, 0), (12, 0)))

TABLE = [
    ("gives every start of the morning", [], 30, 30, ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]),
    ("leaves out a start that would run past closing", [], 45, 30, ["09:00", "09:30", "10:00", "10:30", "11:00"]),
    ("keeps clear of a booking", [("09:30", "10:00")], 30, 30, ["09:00", "10:00", "10:30", "11:00", "11:30"]),
    ("lets visits touch end to start", [("09:30", "11:30")], 30, 30, ["09:00", "11:30"]),
    ("goes on at the next start of the grid", [("09:00", "09:50")], 30, 30, ["10:00", "10:30", "11:00", "11:30"]),
    ("finds no room between two bookings that are too close", [("09:30", "10:00"), ("10:30", "12:00")], 60, 30, []),
    (
        "takes overlapping leave and bookings together",
        [("08:00", "10:10"), ("09:30", "11:00")],
        30,
        30,
        ["11:00", "11:30"],
    ),
    ("finds none when leave covers the day", [("00:00", "23:59")], 30, 30, []),
    ("offers quarter hours", [("09:30", "12:00")], 15, 15, ["09:00", "09:15"]),
]


@pytest.mark.parametrize(("why", "busy", "minutes", "step", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_it(why, busy, minutes, step, expected):
    day = "2026-11-23T"
    found = starts(
        MONDAY,
        f"{day}00:00-05:00",
        f"{day}23:59-05:00",
        [(f"{day}{first}-05:00", f"{day}{last}-05:00") for first, last in busy],
        minutes,
        step,
    )

    assert found == [at(f"{day}{text}-05:00") for text in expected]


def test_it_leaves_the_lunch_break_free():
    rows = hours((0, (9, 0), (10, 0)), (0, (10, 30), (11, 0)))

    found = starts(rows, "2026-11-23T00:00-05:00", "2026-11-24T00:00-05:00")

    assert [moment.astimezone(UTC).strftime("%H:%M") for moment in found] == ["14:00", "14:30", "15:30"]


def test_it_begins_on_the_grid_when_asked_from_the_middle():
    found = starts(MONDAY, "2026-11-23T10:10-05:00", "2026-11-23T11:01-05:00")

    assert found == [at("2026-11-23T10:30-05:00"), at("2026-11-23T11:00-05:00")]


@pytest.mark.parametrize(
    ("day", "expected_hours"),
    [("2027-03-14", 4), ("2026-11-01", 6), ("2026-11-08", 5)],
    ids=["a day of 23 hours", "a day of 25 hours", "an ordinary Sunday"],
)
def test_it_counts_real_hours_on(day, expected_hours):
    night = hours((6, (0, 0), (5, 0)))
    begin = slots.instant(date.fromisoformat(day), time(0), zone=OHIO)

    found = list(
        slots.free_starts(night, begin=begin, end=begin + timedelta(hours=8), busy=(), minutes=60, step_minutes=60)
    )

    assert len(found) == expected_hours


def test_it_opens_at_the_same_local_time_before_and_after_the_clocks_change():
    rows = hours((5, (9, 0), (9, 30)), (6, (9, 0), (9, 30)))

    found = starts(rows, "2027-03-13T00:00-05:00", "2027-03-15T00:00-04:00")

    assert found == [at("2027-03-13T09:00-05:00"), at("2027-03-14T09:00-04:00")]


def test_it_reads_each_row_in_its_own_zone():
    rows = hours((0, (9, 0), (9, 30))) + hours((0, (9, 0), (9, 30)), zone="America/Los_Angeles", site="west")

    found = list(
        slots.free_starts(
            rows, begin=at("2026-11-23T00:00-05:00"), end=at("2026-11-24T05:00-05:00"), busy=(), minutes=30
        )
    )

    assert [(start.site, start.starts_at.hour) for start in found] == [("main", 14), ("west", 17)]


@pytest.mark.parametrize(
    ("day", "local", "expected"),
    [("2027-03-14", time(2, 30), False), ("2027-03-14", time(3, 0), True), ("2026-11-01", time(1, 30), True)],
)
def test_it_knows_which_local_times_exist(day, local, expected):
    assert slots.exists_locally(date.fromisoformat(day), local, zone=OHIO) is expected


@pytest.mark.parametrize(
    ("starts_at", "minutes", "is_offered"),
    [
        ("2026-11-23T09:00-05:00", 30, True),
        ("2026-11-23T09:15-05:00", 30, True),
        ("2026-11-23T09:07-05:00", 30, False),
        ("2026-11-23T11:30-05:00", 30, True),
        ("2026-11-23T11:45-05:00", 30, False),
        ("2026-11-23T08:45-05:00", 30, False),
        ("2026-11-24T09:00-05:00", 30, False),
    ],
)
def test_it_says_whether_a_time_is_one_we_offer(starts_at, minutes, is_offered):
    assert (slots.start_at(MONDAY, starts_at=at(starts_at), minutes=minutes) is not None) is is_offered


@given(
    busy=st.lists(st.tuples(st.integers(0, 1400), st.integers(1, 300)), max_size=12),
    minutes=st.sampled_from([15, 20, 30, 45, 60, 180]),
)
def test_it_agrees_with_trying_every_start(busy, minutes):
    rows = hours((0, (8, 0), (12, 0)), (0, (13, 0), (17, 0)))
    midnight = at("2026-11-23T00:00-05:00")
    taken = [(midnight + timedelta(minutes=a), midnight + timedelta(minutes=a + n)) for a, n in busy]

    found = {
        start.starts_at
        for start in slots.free_starts(
            rows, begin=midnight, end=midnight + timedelta(days=1), busy=taken, minutes=minutes
        )
    }

    expected = set()
    for quarter in range(96):
        first = midnight + timedelta(minutes=15 * quarter)
        last = first + timedelta(minutes=minutes)
        inside = any(
            midnight + timedelta(hours=a) <= first and last <= midnight + timedelta(hours=b)
            for a, b in [(8, 12), (13, 17)]
        )
        if inside and not any(a < last and b > first for a, b in taken):
            expected.add(first)
    assert found == expected
