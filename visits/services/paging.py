"""Telling the clinic's own people that something waits. Ids and where to look; nothing about whom or what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from oncology_clinic.accounts.models import Account
from oncology_clinic.actors import Role, system_actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.outbox.delivery import Letter, deliver
from screening.selectors import alerts

ACTOR = system_actor("visits.paging")


def page_on_call(alert_id: UUID, *, message_id: UUID, now: datetime) -> None:
    """A letter to each address of the on-call list. Raises `DeliveryFailed`; safe to run twice (one key a letter)."""
    subject = _("Urgent: a patient reported an emergency")
    body = _("A patient reported an emergency while booking. Open the alert now: %(address)s")
    letters = [
        _letter(address, key=f"page.{message_id}.{number}", subject=subject, body=body, alert_id=alert_id)
        for number, address in enumerate(settings.ON_CALL_EMAILS)
    ]
    _send(letters, alert_id=alert_id, now=now)


def tell_coordinators(alert_id: UUID, *, message_id: UUID, now: datetime) -> None:
    """A letter to each active nurse coordinator, in their language: something waits in the queue.

    Of an emergency the on-call list hears by its own message: whoever is on that list is not told twice.
    """
    paged = _paged(alert_id)
    letters = []
    for account in Account.objects.filter(role=Role.nurse_coordinator, is_active=True).order_by("id"):
        address = reveal(account.email)
        if not address or address.casefold() in paged:
            continue
        with translation.override(account.language):
            subject, body = _("An alert waits for you"), _("An alert was opened. Sign in to read it: %(address)s")
            key = f"alert.{message_id}.{account.id}"
            letters.append(_letter(address, key=key, subject=subject, body=body, alert_id=alert_id))
    _send(letters, alert_id=alert_id, now=now)


def _paged(alert_id: UUID) -> set[str]:
    """The addresses that `page_on_call` reaches about this alert."""
    alert = alerts.brief(alert_id)
    is_emergency = alert is not None and alert.kind == "emergency"
    return {address.casefold() for address in settings.ON_CALL_EMAILS} if is_emergency else set()


def _letter(to: str, *, key: str, subject: str, body: str, alert_id: UUID) -> Letter:
    address = f"{str(settings.BASE_URL).rstrip('/')}/screens/alerts/{alert_id}/"
    return Letter(channel="email", to=to, subject=subject, body=body % {"address": address}, idempotency_key=key)


def _send(letters: Iterable[Letter], *, alert_id: UUID, now: datetime) -> None:
    sent = 0
    for letter in letters:
        deliver(letter)
        sent += 1
    audit.record(
        Action.send,
        actor=ACTOR,
        category=Category.message,
        now=now,
        object_type="screening.Alert",
        object_id=alert_id,
        detail={"recipients": sent},
    )
