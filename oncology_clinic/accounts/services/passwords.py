"""Choosing a new password: signed in, or by a link from a letter."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from oncology_clinic.accounts import letters, selectors, tokens
from oncology_clinic.accounts.models import Account, PasswordReset, PasswordResetRequest
from oncology_clinic.accounts.models.people import normalize_username
from oncology_clinic.accounts.services import second_factor, sign_in
from oncology_clinic.actors import Actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.crypto import blind
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.errors import NotFound, Refusal
from oncology_clinic.outbox.services import publish

RESET_TOPIC = "accounts.password_reset_asked"
RESET_FOR = timedelta(hours=1)
MOST_ACCOUNTS = 3  # that share one address and get a letter each
MOST_OPEN = 3  # letters an account gets within the hour


class WrongPassword(Refusal):
    status = 422


def ask_reset(typed: str, *, now: datetime) -> None:
    """Note that somebody asked, by username or e-mail. Looks nothing up: the answer cannot tell who has an account."""
    with transaction.atomic():
        request = PasswordResetRequest.objects.create(typed=typed.strip()[:254], asked_at=now)
        publish(RESET_TOPIC, subject_id=request.id, now=now)


def send_reset_letters(subject_id: UUID, *, message_id: UUID, now: datetime) -> None:
    """The outbox's handler: a letter to each account the request names. Safe to run twice."""
    request = PasswordResetRequest.objects.filter(id=subject_id).first()
    if request is None or request.handled_at is not None:
        return
    for account in _accounts_named(str(reveal(request.typed) or "")):
        with transaction.atomic():
            reset = _reset_for(account, request=request, now=now)
        if reset is not None:
            letters.send_password_reset(account, token=tokens.derive("reset", row_id=reset.id), message_id=message_id)
    request.typed = None
    request.handled_at = now
    request.save()


def _accounts_named(typed: str) -> list[Account]:
    active = Account.objects.filter(is_active=True).filter(email__isnull=False)
    by_name = list(active.filter(username=normalize_username(typed)))
    if by_name or "@" not in typed:
        return by_name
    return list(active.filter(email_index=blind.index_or_none("email", typed)).order_by("id")[:MOST_ACCOUNTS])


def _reset_for(account: Account, *, request: PasswordResetRequest, now: datetime) -> PasswordReset | None:
    known: PasswordReset | None = PasswordReset.objects.filter(request=request, account=account).first()
    if known is not None:
        return known
    if PasswordReset.objects.filter(account=account, created_at__gt=now - RESET_FOR).count() >= MOST_OPEN:
        return None
    reset = PasswordReset(request=request, account=account, created_at=now, expires_at=now + RESET_FOR)
    reset.token_hash = tokens.hash_token(tokens.derive("reset", row_id=reset.id))
    reset.save()
    return reset


def open_reset(token: str, *, now: datetime) -> PasswordReset:
    """The reset this link opens. Raises `NotFound("link_over")` when it is used, expired or unknown."""
    reset: PasswordReset | None = (
        PasswordReset.objects.select_related("account")
        .filter(token_hash=tokens.hash_token(token), used_at=None, expires_at__gt=now, account__is_active=True)
        .first()
    )
    if reset is None:
        raise NotFound("link_over", _("This link has been used or has run out. Ask for a new one."))
    return reset


def reset(token: str, *, password: str, now: datetime) -> Account:
    """Set the password by a link, once; end every session. The second factor stays. Raises as `open_reset`."""
    with transaction.atomic():
        found = open_reset(token, now=now)
        claimed = PasswordReset.objects.filter(id=found.id, used_at=None).update(used_at=now)
        if not claimed:
            raise NotFound("link_over", _("This link has been used or has run out. Ask for a new one."))
        PasswordReset.objects.filter(account=found.account, used_at=None).update(used_at=now)
        account: Account = found.account
        _set(account, password, actor=selectors.actor_for(account), how="link", now=now)
        sign_in.end_sessions(account.pk)
    return account


def change(
    request: HttpRequest, *, account: Account, old: str, new: str, keep_key_hash: str, actor: Actor, now: datetime
) -> None:
    """Change one's own password; every other session ends.

    Raises `wrong_password`, and `locked` after too many: guesses here count with those of the sign-in page, or an
    unlocked screen could be used to find the password out.
    """
    try:
        sign_in.check_password(request, username=account.username, password=old, now=now)
    except sign_in.BadCredentials:
        raise WrongPassword(
            "wrong_password", _("That is not your password now. Check it and try again."), field="old_password"
        ) from None
    with transaction.atomic():
        _set(account, new, actor=actor, how="signed_in", now=now)
        sign_in.end_sessions(account.pk, but_key_hash=keep_key_hash)


def _set(account: Account, password: str, *, actor: Actor, how: str, now: datetime) -> None:
    account.set_password(password)
    account.save(update_fields=["password"])
    second_factor.forget_unconfirmed(account.pk)
    audit.record(
        Action.password_change,
        actor=actor,
        category=Category.account,
        now=now,
        object_type="accounts.Account",
        object_id=account.pk,
        detail={"how": how},
    )
