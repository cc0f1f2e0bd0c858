"""Letters: one file a key, the right failure codes, and no address or text anywhere but in the letter."""

from __future__ import annotations

import email
import http.server
import json
import logging
import smtplib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core import mail

from oncology_clinic.outbox import delivery
from oncology_clinic.outbox.delivery import DeliveryFailed, Letter


def letter(**changes: str) -> Letter:
    parts = {
        "channel": "email",
        "to": "person@example.org",
        "subject": "Your visit",
        "body": "Please sign in.",
        "idempotency_key": "reminder-1",
    }
    return Letter(**{**parts, **changes})


@pytest.fixture
def places(settings: Any, tmp_path: Path) -> Path:
    settings.MAIL_DIR, settings.SMS_DIR = tmp_path / "mail", tmp_path / "sms"
    return tmp_path


def test_an_email_becomes_a_file_named_by_its_key(places: Path) -> None:
    delivery.deliver(letter(body="Su cita es mañana."))

    written = email.message_from_bytes((places / "mail" / "reminder-1.eml").read_bytes())
    assert written["To"] == "person@example.org"
    assert written["Subject"] == "Your visit"
    assert written["Message-ID"] == "<reminder-1@example.org>"
    payload = written.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode() == "Su cita es mañana."


def test_an_sms_becomes_a_file_named_by_its_key(places: Path) -> None:
    delivery.deliver(letter(channel="sms", to="+16145550100", idempotency_key="sms-7"))

    assert (places / "sms" / "sms-7.txt").read_text() == "To: +16145550100\n\nPlease sign in.\n"


def test_the_same_key_sent_by_many_at_once_is_one_letter(places: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: delivery.deliver(letter(body=f"copy {number}")), range(40)))

    assert [path.name for path in (places / "mail").iterdir()] == ["reminder-1.eml"], "no second file and no half one"


def test_a_folder_that_cannot_be_written_is_a_failure_with_a_code(places: Path) -> None:
    (places / "mail").write_text("in the way")

    with pytest.raises(DeliveryFailed) as failed:
        delivery.deliver(letter())

    assert failed.value.code == "not_written"


@pytest.mark.parametrize("key", ["../up", "", "a b", ".hidden", "a/b", "x" * 200])
def test_a_key_that_could_leave_the_folder_is_refused(key: str) -> None:
    with pytest.raises(ValueError):
        letter(idempotency_key=key)


@pytest.mark.parametrize("change", [{"subject": "a\nBcc: x@example.org"}, {"to": "a@example.org\nBcc: x@example.org"}])
def test_a_header_smuggled_in_is_refused(places: Path, change: dict[str, str]) -> None:
    with pytest.raises(DeliveryFailed) as failed:
        delivery.deliver(letter(**change))

    assert failed.value.code == "bad_address"


@pytest.mark.parametrize("channel", ["pigeon", "sms"])
def test_a_channel_that_is_not_there_is_a_failure_not_silence(settings: Any, channel: str) -> None:
    settings.DELIVERY_CHANNELS = {"sms": ""}

    with pytest.raises(DeliveryFailed) as failed:
        delivery.deliver(letter(channel=channel))

    assert failed.value.code == "no_channel"


def test_nothing_of_a_letter_is_logged_or_shown(places: Path, caplog: pytest.LogCaptureFixture) -> None:
    sent = letter(channel="sms", to="+16145550100")
    with caplog.at_level(logging.DEBUG):
        delivery.deliver(sent)

    assert "5550100" not in caplog.text + repr(sent) + str(sent)
    assert "sign in" not in caplog.text + repr(sent)


def test_production_mail_carries_a_message_id_made_from_the_key(settings: Any) -> None:
    settings.DELIVERY_CHANNELS = {"email": "oncology_clinic.outbox.channels.mail.Mail"}

    delivery.deliver(letter())

    assert [sent.extra_headers["Message-ID"] for sent in mail.outbox] == ["<reminder-1@example.org>"]


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (smtplib.SMTPRecipientsRefused({"person@example.org": (550, b"no")}), "recipient_refused"),
        (smtplib.SMTPServerDisconnected("gone"), "mail_unreachable"),
        (ConnectionRefusedError(), "mail_unreachable"),
    ],
)
def test_a_mail_server_that_refuses_gives_a_code_without_the_address(
    settings: Any, monkeypatch: pytest.MonkeyPatch, raised: Exception, code: str
) -> None:
    settings.DELIVERY_CHANNELS = {"email": "oncology_clinic.outbox.channels.mail.Mail"}
    monkeypatch.setattr(mail.EmailMessage, "send", lambda self: (_ for _ in ()).throw(raised))

    with pytest.raises(DeliveryFailed) as failed:
        delivery.deliver(letter())

    assert failed.value.code == code
    assert "person" not in str(failed.value)


class Provider(http.server.BaseHTTPRequestHandler):
    """A pretended SMS provider on loopback."""

    status = 200
    received: list[tuple[dict[str, str], dict[str, str]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append((dict(self.headers), json.loads(body)))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def provider(settings: Any) -> Iterator[type[Provider]]:
    server = http.server.HTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Provider.received, Provider.status = [], 200
    settings.DELIVERY_CHANNELS = {"sms": "oncology_clinic.outbox.channels.sms.HttpSms"}
    settings.SMS_URL, settings.SMS_TOKEN = f"http://127.0.0.1:{server.server_port}/", "token"
    yield Provider
    server.shutdown()
    server.server_close()


def test_an_sms_provider_gets_the_key_that_makes_a_second_try_harmless(provider: type[Provider]) -> None:
    delivery.deliver(letter(channel="sms", to="+16145550100"))

    headers, body = provider.received[0]
    assert headers["Idempotency-Key"] == "reminder-1"
    assert body == {"to": "+16145550100", "text": "Please sign in."}


@pytest.mark.parametrize(("status", "code"), [(400, "sms_refused"), (503, "sms_unreachable")])
def test_an_sms_provider_that_refuses_gives_a_code(provider: type[Provider], status: int, code: str) -> None:
    provider.status = status

    with pytest.raises(DeliveryFailed) as failed:
        delivery.deliver(letter(channel="sms", to="+16145550100"))

    assert failed.value.code == code


def test_an_sms_provider_that_is_not_there_gives_a_code(settings: Any) -> None:
    settings.DELIVERY_CHANNELS = {"sms": "oncology_clinic.outbox.channels.sms.HttpSms"}
    settings.SMS_URL, settings.SMS_TOKEN = "http://127.0.0.1:1/", "token"

    with pytest.raises(DeliveryFailed) as failed:
        delivery.deliver(letter(channel="sms", to="+16145550100"))

    assert failed.value.code == "sms_unreachable"
