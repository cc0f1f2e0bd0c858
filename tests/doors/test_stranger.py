"""Threat T1: every route of the resolver, every method, asked by everybody who must not; and by its owner, who may."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from tests.doors import log, rows
from tests.doors.clinic import BIRTH_DATE, CANARIES, PEOPLE, PHONE, SERVICE, Clinic, canary
from tests.doors.routes import HOW_TO_ADD, ROUTES, THOSE_OF_RUTH, is_of_a_package, known_names, walk

SIGN_IN_PAGES = ("accounts:sign_in", "accounts:signed_out", "accounts:code")
STRANGERS = [name for name in PEOPLE if name not in THOSE_OF_RUTH]


def test_it_knows_every_route_of_the_clinic():
    undeclared = {name for name in known_names() - set(ROUTES) if not is_of_a_package(name)}

    assert not undeclared, "\n".join(
        f"{name or '(a route without a name)'} {HOW_TO_ADD}" for name in sorted(undeclared)
    )


def test_it_declares_no_route_that_is_gone():
    assert set(ROUTES) <= known_names()


def found_of_ruth(answer, clinic, *, said=""):
    """What of Ruth's record stands in the answer, apart from ids the caller had typed."""
    text = (answer.content.decode(errors="replace") + answer.headers.get("Location", "")).lower()
    ids = [one for one in clinic.ids if one not in said]
    return [one for one in (*CANARIES, *ids) if one in text]


def is_refused(answer, *, name, is_api):
    """403 or 404; nobody is sent to sign in (401 to programs), and who has no second factor to showing one."""
    if answer.status_code in (403, 404):
        return name != "nobody" or not is_api
    if is_api:
        return name == "nobody" and answer.status_code == 401
    wanted = tuple(reverse(page) for page in SIGN_IN_PAGES)
    return answer.status_code == 302 and answer["Location"].split("?")[0] in wanted


@pytest.mark.django_db
@pytest.mark.parametrize("name", PEOPLE)
def test_it_refuses_whoever_has_no_part_in_it_and_records_that(name):
    clinic = Clinic()
    before = rows.fingerprints()
    wrong = []

    for asked in walk():
        if name in asked.route.who:
            continue
        for method in asked.methods:
            if method == "get" and asked.route.leads_on:
                continue
            last = log.newest_id()
            answer = asked.ask(clinic.clients[name], clinic, method)
            said = f"{method.upper()} {asked.name} asked by {name}: {answer.status_code}"
            if not is_refused(answer, name=name, is_api=asked.is_api):
                wrong.append(f"{said}, not refused")
            typed = f"{asked.address(clinic)} {asked.body(clinic, method)} {asked.route.query(clinic)}"
            if found := found_of_ruth(answer, clinic, said=typed):
                wrong.append(f"{said}, shows {found}")
            denied = log.denied_since(last)
            if not any(one["route"] == asked.name and one["actor"]["label"] == who(clinic, name) for one in denied):
                wrong.append(f"{said}, no record of the refusal")
            if asked.route.is_hers and log.reads_since(last, clinic.ruth.id):
                wrong.append(f"{said}, recorded as if her record had been shown")

    assert not wrong, "\n".join(wrong)
    assert rows.changed(before) == []


def who(clinic, name):
    return "anonymous" if name == "nobody" else clinic.accounts[name].username


@pytest.mark.django_db
@pytest.mark.parametrize("name", STRANGERS)
def test_it_shows_a_stranger_nothing_of_ruth_where_they_may_go(name):
    clinic = Clinic()
    wrong = []

    for asked in walk():
        if name not in asked.route.who or asked.route.is_hers or "get" not in asked.methods:
            continue
        if asked.name in INVITED:
            continue
        answer = asked.ask(clinic.clients[name], clinic, "get")
        if answer.status_code >= 500:
            wrong.append(f"GET {asked.name} asked by {name}: {answer.status_code}")
        typed = str(clinic.ids) if asked.name in OF_THE_LOG else asked.address(clinic)
        if found := found_of_ruth(answer, clinic, said=typed):
            wrong.append(f"GET {asked.name} asked by {name} shows {found}")

    assert not wrong, "\n".join(wrong)


OF_THE_LOG = ("audit:events", "audit_events")  # an auditor sees which record was touched, never what stands in it
INVITED = ("accounts:accept", "accounts:people")  # the link's holder is Ruth; administrators see whom they invited


def _found_by(**typed):
    return lambda clinic: ("visits:find", "post", typed)


def _day_of_another(clinic):
    return "visits:day", "get", {"on": clinic.monday.isoformat(), "clinician": str(clinic.clinician.id)}


PROBES = [
    _found_by(name=f"Ruth {canary('legal_name')}"),
    _found_by(birth_date=BIRTH_DATE.isoformat()),
    _found_by(email=f"{canary('email')}@example.org"),
    _found_by(phone=PHONE),
    _day_of_another,
    lambda clinic: ("visits:begin", "post", {"service": SERVICE, "patient": str(clinic.ruth.id)}),
    lambda clinic: ("audit:events", "get", {"patient": str(clinic.ruth.id)}),
    lambda clinic: ("accounts:people", "get", {"role": "patient"}),
]


@pytest.mark.django_db
@pytest.mark.parametrize("name", STRANGERS)
def test_it_shows_a_stranger_nothing_of_ruth_who_asks_for_her_by_value(name):
    clinic = Clinic()
    wrong = []

    for probe in PROBES:
        page, method, typed = probe(clinic)
        answer = getattr(clinic.clients[name], method)(reverse(page), typed)
        said = f"{typed} {clinic.ids if page in OF_THE_LOG else ''}".lower()
        found = [one for one in found_of_ruth(answer, clinic, said=said) if one not in said]
        if page == "accounts:people" and name == "administrator":
            found = []  # whom they invited, by name
        if found or answer.status_code >= 500:
            wrong.append(f"{method.upper()} {page} {typed} asked by {name}: {answer.status_code} {found}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_it_finds_ruth_by_value_for_her_clinician():
    clinic = Clinic()

    for probe in PROBES[:4]:
        page, _method, typed = probe(clinic)
        answer = clinic.clients["clinician_in_care"].post(reverse(page), typed)

        assert str(clinic.ruth.id) in answer.content.decode(), typed


@pytest.mark.django_db
def test_it_shows_each_page_to_whom_it_is_for_and_records_the_look():
    clinic = Clinic()
    wrong = []

    for asked in walk():
        if "get" not in asked.methods:
            continue
        name = asked.route.owner
        last = log.newest_id()
        answer = asked.ask(clinic.clients[name], clinic, "get")
        said = f"GET {asked.name} asked by {name}: {answer.status_code}"
        if answer.status_code != asked.route.shows:
            wrong.append(f"{said}, not {asked.route.shows}: {answer.content[:300]!r}")
        if log.denied_since(last):
            wrong.append(f"{said}, recorded as denied")
        is_look = asked.route.is_hers and not asked.route.leads_on
        if is_look and not any(one["route"] == asked.name for one in log.reads_since(last, clinic.ruth.id)):
            wrong.append(f"{said}, no record of the look")
        if undeclared := log.undeclared_since(last):
            wrong.append(f"{said}, opens what the route does not declare: {undeclared}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["granted_caregiver", "clinician_in_care", "coordinator"])
def test_it_shows_ruths_record_to_those_who_care_for_her(name):
    clinic = Clinic()
    wrong = []

    for asked in walk():
        if name in asked.route.who and asked.route.is_hers and "get" in asked.methods:
            last = log.newest_id()
            answer = asked.ask(clinic.clients[name], clinic, "get")
            if answer.status_code != asked.route.shows:
                wrong.append(f"GET {asked.name} asked by {name}: {answer.status_code}")
            if undeclared := log.undeclared_since(last):
                wrong.append(f"GET {asked.name} asked by {name} opens what the route does not declare: {undeclared}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
@pytest.mark.parametrize("name", PEOPLE)
def test_it_keeps_the_stock_admin_to_administrators(name):
    clinic = Clinic()

    for page in ("admin:index", "admin:billing_coveragerule_changelist", "admin:visits_site_changelist"):
        answer = clinic.clients[name].get(reverse(page))

        assert (answer.status_code == 200) is (name == "administrator"), page
        assert not found_of_ruth(answer, clinic)


@pytest.mark.django_db
@pytest.mark.parametrize("name", STRANGERS)
def test_it_answers_as_if_there_were_no_such_record(name):
    """A stranger cannot tell a record of Ruth's from one that does not exist."""
    clinic = Clinic()
    nowhere = "01890000-0000-7000-8000-000000000000"
    client = clinic.clients[name]

    for asked in walk():
        address = asked.address(clinic)
        own = next((one for one in clinic.ids if one in address), "")
        if not own or "get" not in asked.methods:
            continue
        hers, none = client.get(address), client.get(address.replace(own, nowhere))

        assert hers.status_code == none.status_code, asked.name
        assert without_tokens(hers).replace(own, nowhere) == without_tokens(none), asked.name


def without_tokens(answer):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
