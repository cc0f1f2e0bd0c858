"""The clocks of expert review and good faith estimates (contract.md, "deadlines"; row K21)."""

import datetime as dt

import pytest

from oncology_clinic.calendars import FEDERAL, BusinessCalendar
from oncology_clinic.decisions import Malformed
from visits.rules import deadlines


@pytest.mark.parametrize(
    ("submitted", "received", "due"),
    [
        ("2026-11-20T10:00", "2026-11-20", "2026-11-24"),
        ("2026-11-20T16:59:59", "2026-11-20", "2026-11-24"),
        ("2026-11-20T17:00", "2026-11-23", "2026-11-25"),
        ("2026-11-21T09:00", "2026-11-23", "2026-11-25"),
        ("2026-11-22T23:59", "2026-11-23", "2026-11-25"),
        ("2026-11-24T09:00", "2026-11-24", "2026-11-27"),
        ("2026-11-25T17:00", "2026-11-27", "2026-12-01"),
        ("2026-11-26T09:00", "2026-11-27", "2026-12-01"),
        ("2026-07-02T12:00", "2026-07-02", "2026-07-07"),  # 4 July 2026 is a Saturday: Friday is off
        ("2027-07-02T12:00", "2027-07-02", "2027-07-07"),  # 4 July 2027 is a Sunday: Monday is off
        ("2027-12-29T12:00", "2027-12-29", "2028-01-03"),
        ("2027-12-30T17:00", "2028-01-03", "2028-01-05"),
    ],
)
def test_it_gives_an_expert_review_two_business_days(submitted, received, due):
    answer = deadlines.decide({"kind": "expert_review", "submitted": submitted})

    assert answer == {"received": received, "due": due}


@pytest.mark.parametrize(
    ("scheduled", "service", "ahead", "due"),
    [
        ("2026-11-23", "2026-12-08", 10, "2026-11-27"),
        ("2026-11-23", "2026-12-07", 9, "2026-11-24"),
        ("2026-11-23", "2026-11-27", 3, "2026-11-24"),
        ("2026-11-23", "2026-11-26", 2, None),
        ("2026-11-23", "2026-11-25", 2, None),
        ("2026-11-23", "2026-11-23", 0, None),
        ("2026-11-21", "2026-11-25", 3, "2026-11-23"),
        ("2026-11-25", "2026-12-09", 9, "2026-11-27"),
        ("2027-12-30", "2028-01-13", 9, "2028-01-03"),
    ],
)
def test_it_counts_business_days_to_an_estimate_from_the_day_after(scheduled, service, ahead, due):
    answer = deadlines.decide({"kind": "good_faith_estimate", "scheduled": scheduled, "service": service})

    assert answer == {"business_days_ahead": ahead, "due": due}


@pytest.mark.parametrize(
    ("requested", "due"), [("2026-11-23", "2026-11-27"), ("2026-11-21", "2026-11-25"), ("2026-12-24", "2026-12-30")]
)
def test_it_answers_a_request_for_an_estimate_within_three_business_days(requested, due):
    assert deadlines.decide({"kind": "good_faith_estimate", "requested": requested}) == {"due": due}


def test_it_lets_the_earlier_of_two_clocks_decide():
    short = {
        "kind": "good_faith_estimate",
        "scheduled": "2026-11-23",
        "service": "2026-11-24",
        "requested": "2026-11-23",
    }
    long = {
        "kind": "good_faith_estimate",
        "scheduled": "2026-11-23",
        "service": "2026-11-30",
        "requested": "2026-11-23",
    }

    assert deadlines.decide(short) == {"business_days_ahead": 1, "due": "2026-11-27"}
    assert deadlines.decide(long) == {"business_days_ahead": 4, "due": "2026-11-24"}


def test_it_skips_the_days_an_administrator_adds():
    review = {"kind": "expert_review", "submitted": "2026-12-22T09:00"}

    assert deadlines.decide(review)["due"] == "2026-12-24"
    assert deadlines.decide(review, rules=["2026-12-24"])["due"] == "2026-12-28"


@pytest.mark.parametrize(
    ("situation", "code"),
    [
        ({}, "missing_key"),
        ({"kind": "tax"}, "wrong_value"),
        ({"kind": "expert_review"}, "missing_key"),
        ({"kind": "expert_review", "submitted": "2026-11-20"}, "wrong_value"),
        ({"kind": "expert_review", "submitted": "2026-11-20T25:00"}, "wrong_value"),
        ({"kind": "expert_review", "submitted": "2026-11-20T10:00Z"}, "wrong_value"),
        ({"kind": "expert_review", "submitted": "2026-11-20T10:00", "zone": "x"}, "unknown_key"),
        ({"kind": "expert_review", "submitted": "9999-12-31T18:00"}, "wrong_value"),
        ({"kind": "good_faith_estimate"}, "missing_key"),
        ({"kind": "good_faith_estimate", "scheduled": "2026-11-23"}, "missing_key"),
        ({"kind": "good_faith_estimate", "service": "2026-11-23"}, "missing_key"),
        ({"kind": "good_faith_estimate", "scheduled": "2026-11-24", "service": "2026-11-23"}, "wrong_value"),
        ({"kind": "good_faith_estimate", "requested": "tomorrow"}, "wrong_value"),
    ],
)
def test_it_refuses_a_situation_it_cannot_count(situation, code):
    with pytest.raises(Malformed) as refused:
        deadlines.decide(situation)

    assert refused.value.code == code


def test_it_refuses_added_days_that_are_no_dates():
    with pytest.raises(Malformed):
        deadlines.decide({"kind": "expert_review", "submitted": "2026-11-20T10:00"}, rules=[{"day": 1}])


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        ("2026-11-23", True),
        ("2026-11-21", False),
        ("2026-11-22", False),
        ("2026-11-26", False),
        ("2026-11-27", True),
        ("2026-07-03", False),
        ("2026-10-12", False),
        ("2027-12-31", False),
        ("2020-12-31", True),
    ],
)
def test_it_knows_the_business_days_of_the_federal_calendar(day, is_open):
    assert FEDERAL.is_business_day(dt.date.fromisoformat(day)) is is_open


def test_it_counts_no_days_backwards_and_adds_none_for_zero():
    monday = dt.date(2026, 11, 23)

    assert FEDERAL.count(after=monday, through=dt.date(2026, 11, 20)) == 0
    assert FEDERAL.add(monday, business_days=0) == monday
    assert BusinessCalendar.with_closures([monday]).on_or_after(monday) == dt.date(2026, 11, 24)
