"""Keeps a person's own choice of language and colors with the account, so that it follows them to every device."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from oncology_clinic.accounts.models import Account
from oncology_clinic.actors import Actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category


def keep_language(language: str, *, actor: Actor, now: datetime) -> None:
    """Store the language with the actor's own account. Nobody signed in: nothing to keep, the cookie does it."""
    _keep("language", language, actor=actor, now=now)


def keep_theme(theme: str, *, actor: Actor, now: datetime) -> None:
    """Store "light", "dark" or "" (as the device says) with the actor's own account."""
    _keep("theme", theme, actor=actor, now=now)


def _keep(name: str, value: str, *, actor: Actor, now: datetime) -> None:
    if actor.account_id is None:
        return
    with transaction.atomic():
        Account.objects.filter(pk=actor.account_id).update(**{name: value})
        audit.record(
            Action.update,
            actor=actor,
            category=Category.account,
            now=now,
            object_type="accounts.Account",
            object_id=actor.account_id,
            detail={name: value},
        )
