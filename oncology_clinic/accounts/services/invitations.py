"""Inviting somebody, and accepting: a single-use link that expires."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from oncology_clinic.accounts import indexes, letters, persons, policies, selectors, tokens
from oncology_clinic.accounts.models import Account, Invitation
from oncology_clinic.actors import Actor, Role
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.errors import Conflict, NotFound, Refusal
from oncology_clinic.outbox.services import publish

INVITED_TOPIC = "accounts.invited"


@dataclass(frozen=True, slots=True)
class Invite:
    """Whom an administrator invites. `profession` is for clinicians, `patient_id` for a record that exists."""

    role: Role
    name: str
    email: str
    profession: str = ""
    language: str = "en"
    patient_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What the invited person chose. `facts` is what a new patient's record needs."""

    username: str
    password: str
    facts: dict[str, Any] = field(default_factory=dict)


def invite(command: Invite, *, actor: Actor, now: datetime) -> Invitation:
    """An administrator's invitation; the letter goes through the outbox. Raises `wrong_role`, `second_factor_needed`."""
    policies.check_administrator(actor)
    return send(command, actor=actor, now=now)


def send(command: Invite, *, actor: Actor, now: datetime) -> Invitation:
    """Write the invitation and publish its letter. For services that have asked their own policy."""
    invitation = Invitation(
        role=command.role.value,
        name=command.name,
        email=command.email,
        profession=command.profession,
        language=command.language,
        patient_id=command.patient_id,
        invited_by_id=actor.account_id,
        created_at=now,
        expires_at=now + timedelta(hours=settings.INVITATION_HOURS),
    )
    invitation.token_hash = tokens.hash_token(token_of(invitation.id))
    with transaction.atomic():
        invitation.save()
        publish(INVITED_TOPIC, subject_id=invitation.id, now=now)
        _record(Action.invite, invitation, actor=actor, now=now)
    return invitation


def token_of(invitation_id: UUID) -> str:
    return tokens.derive("invitation", row_id=invitation_id)


def send_letter(subject_id: UUID, *, message_id: UUID, now: datetime) -> None:
    """The outbox's handler. Says nothing to an invitation that no longer stands."""
    invitation = Invitation.objects.filter(id=subject_id).first()
    if invitation is not None and _stands(invitation, now=now):
        letters.send_invitation(invitation, token=token_of(invitation.id), message_id=message_id)


def open_invitation(token: str, *, now: datetime) -> Invitation:
    """The invitation this link opens. Raises `NotFound("link_over")` when it is used, withdrawn, expired or unknown."""
    invitation: Invitation | None = Invitation.objects.filter(token_hash=tokens.hash_token(token)).first()
    if invitation is None or not _stands(invitation, now=now):
        raise _over()
    return invitation


def _stands(invitation: Invitation, *, now: datetime) -> bool:
    return invitation.accepted_at is None and invitation.withdrawn_at is None and now < invitation.expires_at


def _over() -> NotFound:
    return NotFound("link_over", _("This link has been used or has run out. Ask the clinic for a new one."))


def accept(token: str, *, acceptance: Acceptance, now: datetime) -> Account:
    """Make the sign-in and the person behind it, once. Raises `link_over`, `username_taken`."""
    with transaction.atomic():
        invitation = _claim(token, now=now)
        account = _make_account(invitation, acceptance)
        actor = selectors.actor_for(account)
        persons.join(
            Role(invitation.role), invitation=invitation, account_id=account.pk, facts=acceptance.facts, now=now
        )
        _accepted(invitation, account_id=account.pk, now=now)
        _record(Action.create, invitation, actor=actor, now=now, account_id=account.pk)
    return account


def join(token: str, *, actor: Actor, now: datetime) -> None:
    """Accept with the sign-in one has: a caregiver who cares for a second person. Raises `link_over`, `other_role`."""
    with transaction.atomic():
        invitation = _claim(token, now=now)
        if actor.account_id is None or actor.role.value != invitation.role or actor.role is not Role.caregiver:
            raise Refusal("other_role", _("This invitation is for another kind of sign-in."))
        persons.join(actor.role, invitation=invitation, account_id=actor.account_id, facts={}, now=now)
        _accepted(invitation, account_id=None, now=now)
        _record(Action.update, invitation, actor=actor, now=now, account_id=actor.account_id)


def withdraw(invitation_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Take an invitation back. Raises `not_found` when it no longer stands."""
    policies.check_administrator(actor)
    with transaction.atomic():
        if not Invitation.objects.filter(id=invitation_id, accepted_at=None, withdrawn_at=None).exists():
            raise NotFound("not_found", _("That invitation has been used or taken back already."))
        cancel(invitation_id, actor=actor, now=now)


def cancel(invitation_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Take back an invitation that may still stand. For services that have asked their own policy."""
    invitation = Invitation.objects.filter(id=invitation_id, accepted_at=None, withdrawn_at=None).first()
    if invitation is not None:
        invitation.withdrawn_at = now
        invitation.save(update_fields=["withdrawn_at"])
        _record(Action.revoke, invitation, actor=actor, now=now)


def _claim(token: str, *, now: datetime) -> Invitation:
    hashed = tokens.hash_token(token)
    locked: Invitation | None = Invitation.objects.select_for_update(of=("self",)).filter(token_hash=hashed).first()
    if locked is None or not _stands(locked, now=now):
        raise _over()
    return locked


def _make_account(invitation: Invitation, acceptance: Acceptance) -> Account:
    account = Account(role=invitation.role, email=reveal(invitation.email), language=invitation.language)
    indexes.refresh_account(account)
    try:
        with transaction.atomic():
            return Account.objects.create_account(
                acceptance.username,
                role=invitation.role,
                password=acceptance.password,
                email=reveal(invitation.email),
                email_index=account.email_index,
                language=invitation.language,
            )
    except IntegrityError:
        raise Conflict("username_taken", _("Somebody has that username. Choose another."), field="username") from None


def _accepted(invitation: Invitation, *, account_id: UUID | None, now: datetime) -> None:
    invitation.accepted_at = now
    invitation.account_id = account_id
    invitation.save(update_fields=["accepted_at", "account"])


def _record(
    action: Action, invitation: Invitation, *, actor: Actor, now: datetime, account_id: UUID | None = None
) -> None:
    audit.record(
        action,
        actor=actor,
        category=Category.account,
        now=now,
        patient_id=invitation.patient_id,
        object_type="accounts.Invitation",
        object_id=invitation.id,
        detail={"role": invitation.role, "account": str(account_id or "")},
    )
