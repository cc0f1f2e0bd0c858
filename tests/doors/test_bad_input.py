"""Whatever is typed or sent wrong is answered 4xx with a sentence, keeps what was typed, and changes no row. Threat T10."""

from __future__ import annotations

import html
import json
import re

import pytest
from django.apps import apps

from oncology_clinic.crypto.records import ClinicModel
from tests.doors import rows
from tests.doors.clinic import SERVICE, Clinic, undone
from tests.doors.routes import walk

HUGE = "x" * 50_000
NUL = "a\x00b"
NOWHERE = "01890000-0000-7000-8000-000000000000"
POISON = "kanarie-poison"
LONG_AGO = "2001-01-01T10:00:00-05:00"

# Presses of a button: nothing to fill in, and nothing else is read. Any key may be sent along.
# Signing out and the presses of administrators read no form at all.
PRESSES = frozenset(
    {
        "accounts:sign_out",
        "accounts:sign_out_everywhere",
        "accounts:join",
        "accounts:withdraw",
        "accounts:ask_reset",
        "accounts:approve_reset",
        "accounts:decline_reset",
    }
)
# A cookie's worth of preference: nonsense is taken for the default.
PREFERENCES = frozenset({"front:language", "front:theme"})
# Pages that tell a wrong name or code from a wrong form: 403, not 422.
OF_SIGNING_IN = frozenset({"accounts:code", "accounts:enrol"})
# Left out of the body on purpose: each has an answer of its own.
OPTIONAL = {
    "api_book": {"answers", "patient", "location"},
    "api_routing_preview": {"answers", "patient", "location", "start", "clinician"},
    "visits:book": {"patient", "location", "draft", "pain_now", "cap_video", "cap_bandwidth"},
    "visits:begin": {"patient"},
    "visits:questions": {"devices", "private_safe_place"},
    "visits:book_for": {"location", "_action"},
    "visits:find": {"phone"},
    "billing:ask": {"patient", "patient_location"},
    "api_coverage_check": {"patient", "patient_location"},
    "screening:page": {"answer_1"},
    "accounts:edit_profile": {"preferred_name", "pronouns", "phone"},
}
UNKNOWN_KEY = "is_superuser"


def writing(*, is_api):
    """The routes that take a form or a body, with the method."""
    return [
        (asked, method)
        for asked in walk()
        for method in asked.route.bodies
        if asked.is_api is is_api and asked.name not in PRESSES | PREFERENCES
    ]


def named(pairs):
    return {"argvalues": pairs, "ids": [f"{method}-{asked.name}" for asked, method in pairs]}


def nested(body, value):
    """The body with each leaf in turn replaced by this value: (path, body)."""
    for key, kept in body.items():
        if isinstance(kept, dict) and kept:
            for path, changed in nested(kept, value):
                yield f"{key}.{path}", {**body, key: changed}
        else:
            yield key, {**body, key: value}


def without(body, name, optional):
    return [(f"no {key}", {k: v for k, v in body.items() if k != key}) for key in body if key not in optional]


def bad_values(body, name):
    """Bodies that must be refused whatever the field: (what is wrong, body)."""
    for what, value in (("NUL", NUL), ("huge", HUGE), ("an object", {"a": {"b": 1}}), ("lists", [[1], [2]])):
        for path, changed in nested(body, value):
            yield f"{path} is {what}", changed


def of_times_and_ids(body):
    for key in body:
        if key == "start":
            yield "a time that is past", {**body, key: LONG_AGO}
            yield "a time without an offset", {**body, key: "2030-01-01T10:00:00"}
            yield "a time that is no time", {**body, key: "2030-02-30T10:00:00-05:00"}
        if key in ("clinician", "patient"):
            yield f"a {key} nobody knows", {**body, key: NOWHERE}
            yield f"a {key} that is no id", {**body, key: "me"}
        if key == "dos":
            yield "a day that is no day", {**body, key: "2030-02-30"}
        if key == "answers" and isinstance(body[key], list):
            for given in ([], [1, 2, 3], [11], [-1], ["three"], [3.5], [True], "3"):
                yield f"answers {given}", {**body, key: given}
        if key == "slot":
            for given in ("now", "|", f"{LONG_AGO}|", f"2030-01-01T10:00:00|{NOWHERE}", f"|{NOWHERE}"):
                yield f"slot {given}", {**body, key: given}


def explain(answer):
    return f"{answer.status_code} {answer.content[:200]!r}"


# -- programs ---------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "method"), **named(writing(is_api=True)))
def test_it_refuses_a_bad_body_with_a_sentence_and_stores_nothing(asked, method):
    clinic = Clinic()
    client, address, good = clinic.again(asked.route.owner), asked.address(clinic), asked.body(clinic, method)
    before = rows.fingerprints()
    wrong = []
    bad = [
        *without(good, asked.name, OPTIONAL.get(asked.name, ())),
        *bad_values(good, asked.name),
        *of_times_and_ids(good),
        ("an unknown key", {**good, UNKNOWN_KEY: True}),
        ("a key of NUL", {**good, NUL: "x"}),
        ("a key of great length", {**good, "k" * 5000: "x"}),
    ]

    for why, body in bad:
        if is_read_otherwise(asked.name, why):
            continue
        with undone():
            answer = getattr(client, method)(address, json.dumps(body), content_type="application/json")
            if not is_sentence(answer):
                wrong.append(f"{why}: {explain(answer)}")
            if changed := rows.changed(before):
                wrong.append(f"{why}: changed {changed}")
    assert not wrong, "\n".join(wrong)


def is_read_otherwise(name, why):
    """What a program may send after all: `answers` only groups, and a list is several values of one key."""
    return (name, why) in {
        ("api_routing_preview", "a time that is past"),  # where a visit would be, whenever
        ("api_book", "answers.flags is lists"),
    }


def is_sentence(answer):
    """4xx with a stable code and a sentence, and nothing of what was typed beyond a key's name."""
    if not 400 <= answer.status_code < 500 or answer.headers["Content-Type"] != "application/json":
        return False
    body = answer.json()
    return bool(body["code"]) and len(body["detail"]) > 8 and len(answer.content) < 5000


RAW = [
    ("half an object", "{", "application/json", {400}),
    ("a list", "[]", "application/json", {422}),
    ("a word", '"book"', "application/json", {422}),
    ("null", "null", "application/json", {422}),
    ("a number", "7", "application/json", {422}),
    ("nothing", "", "application/json", {400, 422}),
    ("bytes that are no text", b"\xff\xfe{", "application/json", {400}),
    ("no number", '{"service": NaN}', "application/json", {400, 422}),
    ("a number of many digits", '{"service": ' + "9" * 5000 + "}", "application/json", {400, 422}),
    ("half a letter", '{"service": "\\ud800"}', "application/json", {400, 422}),
    ("great depth", "[" * 100_000, "application/json", {400, 422}),
    ("the same key twice", '{"service": "a", "service": "b"}', "application/json", {400, 403, 422}),
    ("a form", "service=x", "application/x-www-form-urlencoded", {415}),
    ("plain text", "service", "text/plain", {415}),
    ("XML", "<a/>", "application/xml", {415}),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "method"), **named(writing(is_api=True)))
def test_it_refuses_what_is_no_body_at_all(asked, method):
    clinic = Clinic()
    client, address = clinic.again(asked.route.owner), asked.address(clinic)
    before = rows.fingerprints()
    wrong = []

    for why, raw, content_type, expected in RAW:
        with undone():
            answer = client.generic(method.upper(), address, raw, content_type=content_type)
            if answer.status_code not in expected or not is_sentence(answer):
                wrong.append(f"{why}: {explain(answer)}")
            if changed := rows.changed(before):
                wrong.append(f"{why}: changed {changed}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_it_refuses_methods_and_addresses_nobody_offers():
    clinic = Clinic()
    wrong = []

    for asked in walk():
        client = clinic.again(asked.route.owner)
        for method in {"put", "patch", "delete", "post", "get", "trace"} - set(asked.methods):
            with undone():
                answer = client.generic(method.upper(), asked.address(clinic), "{}", content_type="application/json")
                if answer.status_code not in (302, 400, 403, 404, 405):
                    wrong.append(f"{method} {asked.name}: {explain(answer)}")
    for address in (
        "/nowhere/",
        "/api/v1/nowhere/",
        "/api/v1/visits/not-an-id/",
        "/visits/%00/",
        "/account/reset/%00/",
    ):
        answer = clinic.clients["owner"].get(address)
        if answer.status_code != 404:
            wrong.append(f"get {address}: {explain(answer)}")
    assert not wrong, "\n".join(wrong)


QUERIES = ("patient", "page", "role", "on", "clinician", "mark", "said", "from", "to", "day", "anyone", "next", "poll",
           "service", "modality", "cursor", "since", "until", "actor", "action", "minutes", "location", "large", "format",
           "lang", "language")  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["\x00", "x" * 3000, "-1", "9" * 400, "2026-02-30", NOWHERE, "' OR 1=1 --", "\ud83d"])
def test_it_takes_any_query_without_breaking(value):
    clinic = Clinic()
    wrong = []

    for asked in walk():
        if "get" not in asked.methods:
            continue
        client, query = clinic.again(asked.route.owner), dict.fromkeys(QUERIES, value)
        for given in (query, {**query, **asked.route.query(clinic), "page": value, "cursor": value}):
            given = {key: one.encode("utf-8", "replace") if isinstance(one, str) else one for key, one in given.items()}
            answer = client.get(asked.address(clinic), given)
            if answer.status_code >= 500:
                wrong.append(f"get {asked.name}: {explain(answer)}")
    assert not wrong, "\n".join(wrong)


# -- pages ------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "method"), **named(writing(is_api=False)))
def test_it_shows_a_bad_form_again_with_what_is_wrong_and_stores_nothing(asked, method):
    clinic = Clinic()
    client, address, good = clinic.again(asked.route.owner), asked.address(clinic), asked.body(clinic, method)
    if "get" in asked.methods:
        client.get(address)  # a page may lay something ready, as setting up a second step does
    before = rows.fingerprints()
    wrong = []
    bad = [
        *without(good, asked.name, OPTIONAL.get(asked.name, ())),
        *((f"{key} is NUL", {**good, key: NUL}) for key in good if key != "_action"),
        *((f"{key} is huge", {**good, key: HUGE}) for key in good if key != "_action"),
        *((why, body) for why, body in of_times_and_ids(good)),
        ("an unknown key", {**good, UNKNOWN_KEY: "1"}),
        ("a key of NUL", {**good, NUL: "x"}),
    ]

    for why, body in bad:
        if page_reads_otherwise(asked.name, why):
            continue
        with undone():
            answer = client.post(address, body)
            if problem := not_a_form_again(answer, body, why=why, name=asked.name):
                wrong.append(f"{why}: {problem}: {answer.status_code} {answer.headers.get('Location', '')}")
            if changed := rows.changed(before):
                wrong.append(f"{why}: changed {changed}")
    assert not wrong, "\n".join(wrong)


def page_reads_otherwise(name, why):
    return (name, why) in {
        ("visits:book_for", "a patient nobody knows"),
        ("visits:book_for", "a patient that is no id"),
    }


KEPT_IN_A_DRAFT = ("visits:book",)  # everything typed stands in the draft; this form is its last button
NEVER_SHOWN = ("password", "old_password", "code", "slot", "start", "clinician", "patient", "draft", "_action")


def not_a_form_again(answer, body, *, why, name):
    """What is missing from: 4xx, an error summary with a sentence, and everything typed that may be shown again."""
    if not 400 <= answer.status_code < 500:
        return "not refused"
    text = html.unescape(answer.content.decode())
    if answer.status_code in (403, 404):
        is_about_somebody = "nobody knows" in why or "no id" in why or why.startswith("patient is")
        return "" if is_about_somebody else "refused without the form"
    if answer.status_code not in (409, 422):
        return "another status"
    if "error-summary" not in text or ("field-error" not in text and "<li>" not in text):
        return "no error summary"
    if "UNDEFINED_VARIABLE" in text or "Traceback" in text:
        return "a broken page"
    if name in KEPT_IN_A_DRAFT:
        return ""
    kept = [value for key, value in body.items() if key not in NEVER_SHOWN and isinstance(value, str)]
    lost = [value[:30] for value in kept if "\x00" not in value and len(value) < 1000 and value not in text]
    return f"lost what was typed: {lost}" if lost and UNKNOWN_KEY not in body else ""


# -- mass assignment --------------------------------------------------------------------------------


def every_field_name():
    """Every field of every model of ours, as somebody who has read the source would send it."""
    ours = [model for model in apps.get_models() if issubclass(model, ClinicModel)]
    return sorted({name for model in ours for field in model._meta.fields for name in (field.name, field.attname)})


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "method"), **named(writing(is_api=True) + writing(is_api=False)))
def test_it_takes_no_field_that_the_form_does_not_ask_for(asked, method):
    clinic = Clinic()
    client, address, good = clinic.again(asked.route.owner), asked.address(clinic), asked.body(clinic, method)
    before = rows.fingerprints()
    wrong = []

    def send(extra):
        body = {**good, **dict.fromkeys(extra, POISON)}
        if asked.is_api:
            return getattr(client, method)(address, json.dumps(body), content_type="application/json")
        return client.post(address, body)

    known = {*good, *ALSO_ASKED.get(asked.name, ())}
    names = [name for name in every_field_name() if name not in known]
    for first in range(0, len(names), SENT_AT_ONCE):
        some = names[first : first + SENT_AT_ONCE]
        with undone():
            text = html.unescape(send(some).content.decode())
        for name in some:
            if re.search(rf"[:,] {name}[,.]", text):
                continue  # named as one we do not know what to do with
            with undone():
                answer = send([name])
                if not 400 <= answer.status_code < 500:
                    wrong.append(f"{name}: {explain(answer)}")
    if changed := rows.changed(before):
        wrong.append(f"changed {changed}")
    assert not wrong, "\n".join(wrong)


# Named like a column, and the form's own to ask. A plan on file has the say over one that is sent; a visit is booked for the
# patient of the address.
ALSO_ASKED = {
    "accounts:edit_profile": {"has_video", "has_bandwidth", "has_phone", "needs_interpreter"},
    "billing:ask": {"payer", "plan", "provider_type"},
    "api_coverage_check": {"payer", "plan", "provider_type"},
    "visits:find": {"name"},
    "visits:book_for": {"patient"},
}
SENT_AT_ONCE = 8  # so few that the refusal can name them all


@pytest.mark.django_db
def test_it_gives_a_plan_on_file_the_say_over_one_that_is_sent():
    clinic = Clinic()
    asked = {"service": SERVICE, "modality": "video", "dos": clinic.monday.isoformat(), "patient_location": "OH"}
    sent = {**asked, "payer": "somebody", "plan": "somebody-gold", "payer_type": "medicaid"}

    answers = [
        clinic.clients["owner"]
        .post("/api/v1/coverage/check/", json.dumps(body), content_type="application/json")
        .json()
        for body in (asked, sent)
    ]

    assert answers[0]["rule"] == answers[1]["rule"] == "acme-video"


@pytest.mark.django_db
def test_it_books_for_the_patient_of_the_address_whatever_the_form_says():
    clinic = Clinic()
    asked = next(one for one in walk() if one.name == "visits:book_for")
    body = {**asked.body(clinic, "post"), "patient": str(clinic.stranger.id)}

    answer = clinic.clients["clinician_in_care"].post(asked.address(clinic), body)

    assert answer.status_code == 302
    assert not clinic.stranger.appointments.exists()
    assert clinic.ruth.appointments.filter(starts_at=body["start"]).exists()
