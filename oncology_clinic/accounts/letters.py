"""The letters of sign-in: plain text, in the reader's language, with nothing clinical in them."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from oncology_clinic.accounts.models import Account, Invitation
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.outbox.delivery import Letter, deliver


def send_invitation(invitation: Invitation, *, token: str, message_id: UUID) -> None:
    with translation.override(invitation.language):
        _send(
            str(reveal(invitation.email)),
            subject=_("Your sign-in at %(clinic)s") % {"clinic": settings.CLINIC_NAME},
            template="invitation",
            context={"address": _address("accounts:accept", token), "hours": settings.INVITATION_HOURS},
            key=f"invitation.{invitation.id}.{message_id}",
        )


def send_password_reset(account: Account, *, token: str, message_id: UUID) -> None:
    with translation.override(account.language):
        _send(
            str(reveal(account.email)),
            subject=_("Choose a new password"),
            template="password_reset",
            context={"address": _address("accounts:reset", token), "username": account.username},
            key=f"reset.{account.pk}.{message_id}",
        )


def second_factor_locked(subject_id: UUID, *, message_id: UUID, now: object) -> None:
    """The outbox's handler: tell the person that wrong codes were tried on their account."""
    _notice(subject_id, template="second_factor_locked", message_id=message_id)


def second_factor_was_reset(subject_id: UUID, *, message_id: UUID, now: object) -> None:
    """The outbox's handler: tell the person that two administrators took the second factor off."""
    _notice(subject_id, template="second_factor_reset", message_id=message_id)


def _notice(account_id: UUID, *, template: str, message_id: UUID) -> None:
    account = Account.objects.filter(id=account_id, is_active=True).filter(email__isnull=False).first()
    if account is None:
        return
    with translation.override(account.language):
        _send(
            str(reveal(account.email)),
            subject=_("About your sign-in at %(clinic)s") % {"clinic": settings.CLINIC_NAME},
            template=template,
            context={},
            key=f"{template}.{account.pk}.{message_id}",
        )


def _send(to: str, *, subject: str, template: str, context: dict[str, object], key: str) -> None:
    words = {"clinic_name": settings.CLINIC_NAME, "clinic_phone": settings.CLINIC_PHONE, **context}
    body = render_to_string(f"accounts/letters/{template}.txt", words)
    deliver(Letter(channel="email", to=to, subject=subject, body=body, idempotency_key=key))


def _address(url_name: str, token: str) -> str:
    return str(settings.BASE_URL).rstrip("/") + reverse(url_name, kwargs={"token": token})
