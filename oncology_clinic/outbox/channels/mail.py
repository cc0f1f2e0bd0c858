"""E-mail through Django's mail settings (SMTP in production)."""

from __future__ import annotations

import smtplib

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMessage

from oncology_clinic.outbox.delivery import DeliveryFailed, Letter


def message(letter: Letter) -> EmailMessage:
    """The letter as mail. The Message-ID is made from the key, so that a second copy is told by any mail server."""
    sender = settings.DEFAULT_FROM_EMAIL
    domain = sender.rpartition("@")[2].strip("> ") or "localhost"
    mail = EmailMessage(
        subject=letter.subject,
        body=letter.body,
        from_email=sender,
        to=[letter.to],
        headers={"Message-ID": f"<{letter.idempotency_key}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    try:
        mail.message()
    except (BadHeaderError, ValueError):
        raise DeliveryFailed("bad_address") from None
    return mail


class Mail:
    """At least once: a worker that dies after the server took the mail sends the same Message-ID again."""

    def send(self, letter: Letter) -> None:
        mail = message(letter)
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused:
            raise DeliveryFailed("recipient_refused") from None
        except (smtplib.SMTPException, OSError):
            raise DeliveryFailed("mail_unreachable") from None
