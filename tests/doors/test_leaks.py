"""Threat T5: Ruth's canaries stand nowhere but in sealed columns and in pages for those who may see her.

Everything is asked and pressed once by everybody whom it is for; then logs, letters, tasks, addresses, sessions, error pages
and every plain column are searched.
"""

from __future__ import annotations

import base64
import json
import logging
import re
from datetime import timedelta
from pathlib import Path

import pytest
from celery.signals import before_task_publish
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client

from oncology_clinic import celery as clinic_celery
from oncology_clinic.accounts.models import ClinicSession, Patient
from oncology_clinic.accounts.sessions import SessionStore
from oncology_clinic.audit.contract import Phi
from oncology_clinic.crypto.fields import SealedCharField, SealedEmailField, SealedTextField, reveal
from oncology_clinic.crypto.records import ClinicModel, sealed_fields
from oncology_clinic.outbox import services as outbox
from oncology_clinic.outbox.models import OutboxMessage
from tests.doors.clinic import CANARIES, WORD, Clinic, undone
from tests.doors.routes import THOSE_OF_RUTH, walk
from visits.services import reminder_sending

pytestmark = pytest.mark.django_db

# Sealed texts that hold a code of a closed list, where no canary can stand.
CODES = {
    "accounts.Patient.is_transplant_or_heme",
    "accounts.Patient.therapy_kind",
    "screening.Screen.answers_sha256",
    "screening.Screen.band",
    "visits.RoutingDecision.verdict",
    "visits.RoutingDecision.channel",
    "visits.RoutingDecision.urgency",
    "visits.RoutingDecision.lean",
}


def leaks(text):
    """The canaries in the text, also where it is base64."""
    plain = str(text).lower()
    coded = [base64.b64encode((" " * shift + WORD).encode())[4:-4].decode().lower() for shift in range(3)]
    return [one for one in (*CANARIES, *coded) if one in plain]


def live_through(clinic):
    """Every request that should succeed, by its owner and by everybody who cares for Ruth. Gives the answers."""
    for asked in walk():
        for method in asked.methods:
            for name in sorted({asked.route.owner, *(asked.route.who & THOSE_OF_RUTH)}):
                with undone():
                    yield asked, name, asked.ask(clinic.again(name), clinic, method)


def words_of_ruth(clinic):
    """What a person types, with a canary in every free text; all of it is kept."""
    post = clinic.clients["owner"].post
    visit = clinic.visit.id
    program = {"content_type": "application/json", "headers": {"Idempotency-Key": "once"}}
    post(f"/api/v1/visits/{visit}/cancel/", json.dumps({"reason": f"{WORD} words"}), **program)
    post(
        "/caregivers/add/",
        {
            "name": f"Sam {WORD}",
            "email": f"{WORD}.sam@example.org",
            "relationship": "friend",
            "scopes": ["appointments"],
            "language": "en",
        },
    )
    post(
        "/account/profile/edit/",
        {
            "preferred_name": f"{WORD} Ruthie",
            "pronouns": WORD,
            "phone": "614-987-0143",
            "email": f"{WORD}-new@example.org",
            "reminder_channel": "email",
            "language": "en",
            "home_state": "OH",
            "time_zone": "America/New_York",
        },
    )
    clinic.clients["coordinator"].post(f"/screens/alerts/{clinic.alert.id}/", {"outcome": f"{WORD}: reached by phone"})
    clinic.clients["clinician_in_care"].post(
        f"/visits/requests/{clinic.request.id}/", {"verdict": "in_person", "reason": f"{WORD}: must be seen"}
    )
    clinic.clients["clinician_in_care"].post("/visits/find/", {"name": f"Ruth {WORD}"})
    Client().post("/account/forgot/", {"username_or_email": f"{WORD}@example.org"})


def test_it_has_a_canary_in_every_sealed_text():
    clinic = Clinic()
    words_of_ruth(clinic)
    bare = []

    for model in apps.get_models():
        if not (issubclass(model, ClinicModel) and isinstance(model.phi, Phi)):
            continue
        for field in sealed_fields(model):
            name = f"{model._meta.label}.{field.name}"
            if not isinstance(field, SealedCharField | SealedTextField | SealedEmailField) or name in CODES:
                continue
            values = [reveal(getattr(row, field.name)) for row in model.objects.all()]
            if not any(leaks(value) for value in values if value):
                bare.append(name)

    assert not bare, f"plant a canary in tests/doors/clinic.py (or name the field among CODES): {bare}"


def test_it_writes_no_canary_into_a_log(caplog):
    clinic = Clinic()
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(logging.Formatter("%(name)s %(message)s %(args)s %(exc_text)s"))

    for _answer in live_through(clinic):
        pass
    words_of_ruth(clinic)
    send_everything(clinic)

    found = [line for line in caplog.text.splitlines() if leaks(line)]
    assert len(caplog.records) > 10
    assert not found, "\n".join(found[:20])


def send_everything(clinic):
    """The outbox is emptied and every reminder falls due."""
    for _round in range(10):
        outbox.relay(clinic.now + timedelta(minutes=_round), limit=100)
    for days in range(12):
        reminder_sending.send_due(now=clinic.now + timedelta(days=days))


def test_it_writes_no_canary_into_a_letter():
    clinic = Clinic()
    words_of_ruth(clinic)

    send_everything(clinic)

    letters = [
        path for folder in (settings.MAIL_DIR, settings.SMS_DIR) for path in Path(folder).rglob("*") if path.is_file()
    ]
    assert len(letters) > 3
    for path in letters:
        # An envelope needs its address; nothing else of the letter may hold anything of hers.
        text = re.sub(r"(?im)^(to|x-to):.*$", "", path.read_text(errors="replace"))
        assert not leaks(text), f"{path.name}: {text}"


def test_it_puts_no_canary_into_tasks_messages_or_sessions():
    clinic = Clinic()
    published = []
    before_task_publish.connect(keep := lambda **signal: published.append(repr((signal["headers"], signal["body"]))))

    for _answer in live_through(clinic):
        pass
    words_of_ruth(clinic)
    before_task_publish.disconnect(keep)

    assert not [one for one in published if leaks(one)]
    assert OutboxMessage.objects.exists()
    for message in OutboxMessage.objects.all():
        assert not leaks(f"{message.topic} {message.subject_id} {message.last_error}")
    for session in ClinicSession.objects.all():
        assert not leaks(json.dumps(SessionStore().decode(session.data)))


def test_it_rings_beats_bells_without_arguments():
    beat = clinic_celery.app.conf.beat_schedule

    assert beat
    assert not [name for name, entry in beat.items() if entry.get("args") or entry.get("kwargs")]


def test_it_puts_no_canary_into_an_address_a_cookie_or_a_header():
    clinic = Clinic()
    wrong = []

    for asked, name, answer in live_through(clinic):
        sent = " ".join(f"{key}: {value}" for key, value in answer.headers.items())
        cookies = answer.cookies.output()
        body = "" if asked.is_api or answer.streaming else answer.content.decode(errors="replace")
        addresses = " ".join(re.findall(r'(?:href|action|src|hx-\w+)="([^"]*)"', body))
        if found := leaks(f"{sent} {cookies} {without_links_to_write_to(addresses)}"):
            wrong.append(f"{asked.name} by {name}: {found}")
    assert not wrong, "\n".join(wrong)


def without_links_to_write_to(addresses):
    """`mailto:` and `tel:` on a page for those who care for her open their own program, and reach no server of ours."""
    return re.sub(r"(mailto|tel):\S+", "", addresses)


def test_it_keeps_records_out_of_caches():
    clinic = Clinic()

    for asked, name, answer in live_through(clinic):
        if asked.touches_records or asked.route.is_hers:
            assert "no-store" in answer.headers.get("Cache-Control", ""), f"{asked.name} by {name}"


def test_it_shows_no_canary_when_a_page_breaks(monkeypatch, caplog):
    """Each view breaks in turn, with a record open in its hand."""
    clinic = Clinic()
    caplog.set_level(logging.DEBUG)
    wrong = []
    assert settings.DEBUG is False

    for asked in walk():
        for method in asked.methods:
            with monkeypatch.context() as patch, undone():
                patch.setattr(asked.holder, method, breaking(clinic))
                client = clinic.again(asked.route.owner)
                client.raise_request_exception = False
                answer = asked.ask(client, clinic, method)
            if answer.status_code != 500 and not is_kept_from(asked, answer):
                wrong.append(f"{method} {asked.name}: {answer.status_code}, not 500")
            if leaks(answer.content.decode(errors="replace")) or b"Traceback" in answer.content:
                wrong.append(f"{method} {asked.name} shows what it held")
    assert not wrong, "\n".join(wrong)
    assert not [line for line in caplog.text.splitlines() if leaks(line)]


def is_kept_from(asked, answer):
    """A page of signing in may send its caller elsewhere before it does anything."""
    return asked.route.is_way_in and answer.status_code in (302, 403)


def breaking(clinic):
    def broken(view, request, *args, **kwargs):
        name = reveal(Patient.objects.get(id=clinic.ruth.id).legal_name)
        raise RuntimeError(f"a fault beside {len(name)} letters")

    return broken


def test_it_stores_no_canary_in_a_plain_column():
    clinic = Clinic()
    for _answer in live_through(clinic):
        pass
    words_of_ruth(clinic)
    send_everything(clinic)

    found = [place for place in text_columns() if holds_a_canary(*place)]

    assert found == []


def test_it_would_find_a_canary_in_a_plain_column():
    clinic = Clinic()
    clinic.site.address = f"{WORD} street"
    clinic.site.save()

    assert [place for place in text_columns() if holds_a_canary(*place)] == [("visits_site", "address", "text")]


def text_columns():
    """Every column of the clinic's tables that can hold words: table, column, how to read it as text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' "
            "AND data_type IN ('text', 'character varying', 'json', 'jsonb', 'bytea', 'ARRAY', 'USER-DEFINED', 'date') "
            "ORDER BY table_name, column_name"
        )
        return [(table, column, "bytea" if kind == "bytea" else "text") for table, column, kind in cursor.fetchall()]


def holds_a_canary(table, column, kind):
    read = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT lower({read}) FROM "{table}" WHERE {read} IS NOT NULL')
        return any(leaks(text) for (text,) in cursor.fetchall())
