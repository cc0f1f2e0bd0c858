"""Where a clinician may practise, when an exam is due, and the steps of an appointment."""

import datetime as dt

import pytest

from oncology_clinic.periods import Period
from visits.rules import catalogue, exams
from visits.rules import states as appointment_states
from visits.rules.authority import AuthorityStatus, Licence, Purpose, Scope, states
from visits.rules.states import ALLOWED, FINAL, OCCUPYING, State

VISIT = dt.date(2026, 11, 23)


def authority(**changes):
    base = {"state": "XA", "profession": "physician", "valid": Period.through(dt.date(2026, 1, 1), VISIT)}
    return Licence(**(base | changes))


@pytest.mark.parametrize(
    ("row", "is_authorised"),
    [
        (authority(), True),
        (authority(valid=Period.through(VISIT, None)), True),
        (authority(valid=Period.through(dt.date(2026, 11, 24), None)), False),
        (authority(valid=Period.through(dt.date(2026, 1, 1), dt.date(2026, 11, 22))), False),
        (authority(profession="registered_nurse"), False),
        (authority(status=AuthorityStatus.pending), False),
        (authority(status=AuthorityStatus.expired), False),
        (authority(status=AuthorityStatus.suspended), False),
        (authority(scope=Scope.telehealth_only), True),
        (authority(scope=Scope.followup_only), True),
        (authority(scope=Scope.consult_only), False),
    ],
)
def test_it_authorises_only_an_active_row_of_the_right_profession_on_the_day(row, is_authorised):
    """Row H24."""
    assert states([row], profession="physician", on=VISIT) == (frozenset({"XA"}) if is_authorised else frozenset())


@pytest.mark.parametrize(
    ("scope", "purpose", "fits"),
    [
        (Scope.followup_only, Purpose.first_visit, False),
        (Scope.followup_only, Purpose.consult, False),
        (Scope.consult_only, Purpose.consult, True),
        (Scope.full, Purpose.first_visit, True),
        (Scope.telehealth_only, Purpose.first_visit, True),
    ],
)
def test_it_fits_the_scope_to_what_is_to_be_done(scope, purpose, fits):
    assert bool(states([authority(scope=scope)], profession="physician", on=VISIT, purpose=purpose)) is fits


def test_it_collects_the_states_of_all_rows_and_none_of_no_row():
    rows = [authority(), authority(state="XB"), authority(state="XC", status=AuthorityStatus.suspended)]

    assert states(rows, profession="physician", on=VISIT) == {"XA", "XB"}
    assert states([], profession="physician", on=VISIT) == frozenset()


def days_ago(days):
    return VISIT - dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("therapy", "last_exam_on", "interval", "is_due"),
    [
        ("iv", days_ago(42), None, False),
        ("iv", days_ago(43), None, True),
        ("iv", None, None, True),
        ("oral", days_ago(90), None, False),
        ("oral", days_ago(91), None, True),
        ("oral", None, None, True),
        ("starting", days_ago(400), None, False),
        ("starting", None, None, True),
        ("surveillance", days_ago(180), 180, False),
        ("surveillance", days_ago(181), 180, True),
        ("surveillance", None, 180, True),
        ("surveillance", days_ago(2000), None, False),
        ("none", None, None, False),
        ("iv", VISIT, None, False),
        ("iv", VISIT + dt.timedelta(days=1), None, True),
    ],
)
def test_it_finds_an_exam_due_when_the_last_is_older_than_the_therapy_allows(therapy, last_exam_on, interval, is_due):
    assert (
        exams.exam_due(
            therapy=exams.Therapy(therapy),
            last_exam_on=last_exam_on,
            visit_on=VISIT,
            limits=catalogue.load().limits,
            plan_interval_days=interval,
        )
        is is_due
    )


@pytest.mark.parametrize(
    ("status", "to", "may"),
    [
        (State.held, State.booked, True),
        (State.held, State.expired, True),
        (State.held, State.completed, False),
        (State.requested, State.booked, True),
        (State.requested, State.checked_in, False),
        (State.booked, State.checked_in, True),
        (State.booked, State.missed, True),
        (State.booked, State.expired, False),
        (State.checked_in, State.in_progress, True),
        (State.in_progress, State.completed, True),
        (State.in_progress, State.cancelled, False),
        (State.completed, State.booked, False),
        (State.cancelled, State.booked, False),
    ],
)
def test_it_allows_only_the_steps_of_an_appointment(status, to, may):
    assert appointment_states.can_move(status, to=to) is may


def test_it_ends_where_nothing_follows_and_keeps_a_time_until_then():
    assert set(ALLOWED) == set(State)
    assert frozenset({State.completed, State.cancelled, State.missed, State.expired}) == FINAL
    assert frozenset(State) - FINAL == OCCUPYING


@pytest.mark.parametrize(
    ("day", "is_inside"), [("2026-01-01", True), ("2026-11-23", True), ("2026-11-24", False), ("2025-12-31", False)]
)
def test_it_reads_the_last_day_of_a_period_as_inside(day, is_inside):
    period = Period.through(dt.date(2026, 1, 1), VISIT)

    assert period.holds(dt.date.fromisoformat(day)) is is_inside
    assert period.last_day == VISIT


@pytest.mark.parametrize(
    ("other", "overlap"),
    [
        (Period(VISIT, None), True),
        (Period(dt.date(2026, 11, 24), None), False),
        (Period(None, dt.date(2026, 1, 1)), False),
        (Period(None, dt.date(2026, 1, 2)), True),
        (Period(), True),
    ],
)
def test_it_overlaps_where_a_day_is_in_both(other, overlap):
    period = Period.through(dt.date(2026, 1, 1), VISIT)

    assert period.overlaps(other) is other.overlaps(period) is overlap


def test_it_refuses_a_period_that_ends_before_it_starts():
    with pytest.raises(ValueError, match="cannot end"):
        Period(VISIT, dt.date(2026, 1, 1))
