"""How many SQL statements each page and API path takes, in one table; and that it is no more with more rows."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.doors import log
from tests.doors.clinic import Clinic, undone
from tests.doors.routes import THOSE_OF_RUTH, walk

BOUNDS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
WRONG_CODES = ("POST accounts:code", "POST accounts:enrol")  # answered 403: the right code is another test's

# At most so many when the route's owner asks: the session with its account is one, the record of the look another.
# Somebody else may need ASKING_FOR_ANOTHER more, to be allowed and to say for whom.
ASKING_FOR_ANOTHER = 3
STATEMENTS = {
    "GET home": 0,
    "GET front:accessibility": 0,
    "GET front:language_help": 0,
    "GET front:offline": 0,
    "GET front:admin_home": 3,
    "POST front:language": 0,
    "POST front:theme": 0,
    "GET front:manifest": 0,
    "GET front:service_worker": 0,
    "GET accounts:sign_in": 0,
    "POST accounts:sign_in": 13,
    "POST accounts:sign_out": 1,
    "POST accounts:sign_out_everywhere": 6,
    "GET accounts:signed_out": 0,
    "GET accounts:code": 3,
    "POST accounts:code": 11,
    "GET accounts:lost_device": 2,
    "POST accounts:lost_device": 6,
    "GET accounts:enrol": 7,
    "POST accounts:enrol": 14,
    "GET accounts:recovery_codes": 2,
    "POST accounts:recovery_codes": 6,
    "GET accounts:forgot": 0,
    "POST accounts:forgot": 2,
    "GET accounts:forgot_sent": 0,
    "GET accounts:reset": 1,
    "POST accounts:reset": 8,
    "GET accounts:password": 1,
    "POST accounts:password": 11,
    "GET accounts:accept": 1,
    "POST accounts:accept": 17,
    "POST accounts:join": 6,
    "GET accounts:profile": 4,
    "GET accounts:edit_profile": 3,
    "POST accounts:edit_profile": 6,
    "GET accounts:people": 7,
    "GET accounts:invite": 1,
    "POST accounts:invite": 4,
    "POST accounts:withdraw": 5,
    "GET accounts:deactivate": 2,
    "POST accounts:deactivate": 7,
    "POST accounts:ask_reset": 5,
    "POST accounts:approve_reset": 4,
    "POST accounts:decline_reset": 4,
    "GET visits:home": 4,
    "GET visits:offered": 0,
    "GET visits:home_for": 4,
    "GET visits:choose_for": 4,
    "GET visits:choose": 1,
    "POST visits:begin": 5,
    "GET visits:questions": 4,
    "POST visits:questions": 10,
    "GET visits:time": 9,
    "POST visits:time": 4,
    "POST visits:instead": 8,
    "GET visits:check": 7,
    "GET visits:book": 1,
    "POST visits:book": 12,
    "GET visits:visit": 4,
    "GET visits:booked": 4,
    "GET visits:move": 6,
    "POST visits:move": 19,
    "GET visits:cancel": 4,
    "POST visits:cancel": 9,
    "GET visits:print": 4,
    "GET visits:calendar": 4,
    "GET visits:day": 10,
    "POST visits:check_in": 7,
    "POST visits:begin_visit": 7,
    "POST visits:finish_visit": 6,
    "GET visits:close_visit": 4,
    "POST visits:close_visit": 8,
    "GET visits:requests": 3,
    "GET visits:request": 4,
    "POST visits:request": 17,
    "GET visits:find": 1,
    "POST visits:find": 6,
    "GET visits:chart": 13,
    "GET visits:book_for": 5,
    "POST visits:book_for": 12,
    "GET visits:services": 1,
    "GET screening:mine": 4,
    "GET screening:alerts": 3,
    "GET screening:alert": 6,
    "POST screening:alert": 5,
    "POST screening:alert_acknowledge": 5,
    "POST screening:alert_take": 5,
    "GET screening:start": 5,
    "GET screening:page": 5,
    "POST screening:page": 9,
    "GET screening:check": 5,
    "POST screening:check": 11,
    "POST screening:talk": 7,
    "GET screening:thanks": 5,
    "GET billing:ask": 3,
    "POST billing:ask": 5,
    "GET billing:answer": 4,
    "GET caregivers:mine": 3,
    "GET caregivers:add": 1,
    "POST caregivers:add": 8,
    "GET caregivers:home": 4,
    "GET caregivers:end": 3,
    "POST caregivers:end": 5,
    "GET audit:events": 3,
    "GET schema": 0,
    "GET api_docs": 0,
    "GET api-session": 1,
    "POST api-session": 12,
    "DELETE api-session": 5,
    "GET audit_events": 3,
    "GET api_services": 0,
    "POST api_routing_preview": 6,
    "GET api_slots": 3,
    "GET api_visits": 3,
    "POST api_book": 11,
    "GET api_visit": 3,
    "POST api_reschedule": 21,
    "POST api_cancel": 11,
    "POST api_decide": 20,
    "GET api_screens": 4,
    "POST api_screen_answers": 7,
    "GET api_alerts": 3,
    "POST api_coverage_check": 5,
    "GET livez": 0,
    "GET readyz": 1,
}


def counted(captured):
    """The statements that ask or change something, without the bounds of transactions."""
    return [one["sql"] for one in captured.captured_queries if not one["sql"].startswith(BOUNDS)]


def ask(clinic, asked, method, name):
    """What this person's request takes, once process and session remember what they can; and the answer."""
    with undone():
        client = clinic.again(name)
        if "get" in asked.methods and not asked.route.is_way_in:
            asked.ask(client, clinic, "get")
        with CaptureQueriesContext(connection) as captured:
            answer = asked.ask(client, clinic, method)
        return counted(captured), answer


def of_everything(clinic, *, people):
    """By route, method and person: the statements of every request that should succeed."""
    return {
        (f"{method.upper()} {asked.name}", name): ask(clinic, asked, method, name)
        for asked in walk()
        for method in asked.methods
        for name in people(asked, method)
    }


def owners(asked, method):
    return [asked.route.owner]


def readers(asked, method):
    """Those with much to see: lists are theirs too."""
    return sorted(asked.route.who & THOSE_OF_RUTH - {asked.route.owner}) if method == "get" else []


def test_it_counts_every_route_of_the_clinic():
    every = {f"{method.upper()} {asked.name}" for asked in walk() for method in asked.methods}

    assert every == set(STATEMENTS), "add what is new to STATEMENTS in tests/doors/test_sql_counts.py"


@pytest.mark.django_db
def test_it_takes_as_many_statements_as_the_table_says_and_no_more_with_more_rows():
    clinic = Clinic()
    of_everything(clinic, people=owners)  # whatever the process keeps (rules, catalogue, calendar) is kept now
    few = {**of_everything(clinic, people=owners), **of_everything(clinic, people=readers)}
    clinic.grow()
    many = {**of_everything(clinic, people=owners), **of_everything(clinic, people=readers)}

    owner = {f"{method.upper()} {asked.name}": asked.route.owner for asked in walk() for method in asked.methods}
    wrong = []
    for (said, name), (statements, answer) in many.items():
        before, short = len(few[said, name][0]), [one[:160] for one in statements]
        most = STATEMENTS.get(said, 0) + (0 if name == owner[said] else ASKING_FOR_ANOTHER)
        if len(statements) > before:
            wrong.append("\n  ".join([f"{said} by {name} grew from {before} to {len(statements)}:", *short]))
        if len(statements) > most:
            wrong.append("\n  ".join([f"{said} by {name} took {len(statements)}, not {most}:", *short]))
        if answer.status_code >= 400 and said not in WRONG_CODES:
            wrong.append(f"{said} by {name}: {answer.status_code} {answer.content[:300]!r}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_it_opens_only_what_the_route_declares_when_somebody_acts():
    clinic = Clinic()
    wrong = []
    for asked in walk():
        for method in (one for one in asked.methods if one != "get"):
            for name in sorted({asked.route.owner, *(asked.route.who & THOSE_OF_RUTH)}):
                with undone():
                    last = log.newest_id()
                    asked.ask(clinic.again(name), clinic, method)
                    if undeclared := log.undeclared_since(last):
                        wrong.append(f"{method.upper()} {asked.name} by {name}: {undeclared}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("said", "most"),
    [("GET api_slots", 6), ("POST api_book", 14), ("POST visits:book", 14), ("POST visits:book_for", 14)],
)
def test_it_keeps_the_two_promises(said, most):
    """Free times of a week in at most 6 statements, a booking in at most 14, by either door."""
    assert STATEMENTS[said] <= most
