"""The life of a sign-in: the first administrator, deactivation, a lost second factor."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from oncology_clinic.accounts import indexes, policies
from oncology_clinic.accounts.models import Account, Clinician, SecondFactorReset
from oncology_clinic.accounts.models.people import RoleChoices, normalize_username
from oncology_clinic.accounts.services import second_factor, sign_in
from oncology_clinic.actors import Actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.errors import Conflict, Forbidden, NotFound, Refusal
from oncology_clinic.outbox.services import publish

RESET_DONE_TOPIC = "accounts.second_factor_reset"


def create_administrator(username: str, *, password: str, email: str, actor: Actor, now: datetime) -> Account:
    """An administrator made at a terminal. Raises `username_taken`."""
    if Account.objects.filter(username=normalize_username(username)).exists():
        raise Conflict("username_taken", _("Somebody has that username. Choose another."), field="username")
    with transaction.atomic():
        account = Account(username=normalize_username(username), role=RoleChoices.administrator, email=email or None)
        account.set_password(password)
        indexes.refresh_account(account)
        account.save()
        _record(Action.create, account.pk, actor=actor, now=now, detail="administrator")
    return account


def deactivate(account_id: UUID, *, reason: str, actor: Actor, now: datetime) -> None:
    """Shut a sign-in and end its sessions at once; nothing is deleted. `reason` is a code.

    Raises `not_found`, `own_account`, `last_administrator`, `already_inactive`.
    """
    policies.check_administrator(actor)
    if account_id == actor.account_id:
        raise Refusal("own_account", _("You cannot close your own sign-in. Ask another administrator."))
    with transaction.atomic():
        administrators = set(
            Account.objects.select_for_update()
            .filter(role=RoleChoices.administrator, is_active=True)
            .order_by("id")
            .values_list("id", flat=True)
        )
        account = Account.objects.select_for_update().filter(id=account_id).first()
        if account is None:
            raise NotFound("not_found", _("There is no such person here."))
        if not account.is_active:
            raise Conflict("already_inactive", _("This sign-in is closed already."))
        if administrators == {account_id}:
            raise Conflict("last_administrator", _("The clinic needs an administrator. Invite another one first."))
        account.is_active = False
        account.deactivated_at = now
        account.save(update_fields=["is_active", "deactivated_at"])
        Clinician.objects.filter(account_id=account_id).update(is_active=False)
        sign_in.end_sessions(account_id)
        _record(Action.deactivate, account_id, actor=actor, now=now, detail=reason)


def ask_second_factor_reset(account_id: UUID, *, actor: Actor, now: datetime) -> SecondFactorReset:
    """A lost second factor, asked by the person after their password or by an administrator for them.

    Asking twice gives the open request. Raises `not_found`.
    """
    if actor.account_id != account_id:
        policies.check_administrator(actor)
    with transaction.atomic():
        account = Account.objects.select_for_update().filter(id=account_id, is_active=True).first()
        if account is None or actor.account_id is None:
            raise NotFound("not_found", _("There is no such person here."))
        reset: SecondFactorReset | None = SecondFactorReset.objects.filter(account=account, done_at=None).first()
        if reset is None:
            reset = SecondFactorReset.objects.create(account=account, asked_by_id=actor.account_id, asked_at=now)
            _record(Action.mfa_reset, account_id, actor=actor, now=now, detail="asked")
    return reset


def approve_second_factor_reset(reset_id: UUID, *, actor: Actor, now: datetime) -> SecondFactorReset:
    """One of two approvals. With the second, by another administrator, every second factor is taken off.

    Raises `not_found`, `own_account`, `second_person_needed`.
    """
    policies.check_administrator(actor)
    with transaction.atomic():
        reset = _open_reset(reset_id)
        if actor.account_id == reset.account_id:
            raise Forbidden("own_account", _("Two other administrators must do this for you."))
        if reset.first_approver_id is None:
            reset.first_approver_id, reset.first_approved_at = actor.account_id, now
            reset.save()
            _record(Action.mfa_reset, reset.account_id, actor=actor, now=now, detail="first_approval")
            return reset
        if reset.first_approver_id == actor.account_id:
            raise Conflict("second_person_needed", _("You have agreed. Now another administrator must agree too."))
        reset.second_approver_id, reset.second_approved_at, reset.done_at = actor.account_id, now, now
        reset.save()
        second_factor.remove_all(reset.account_id)
        sign_in.end_sessions(reset.account_id)
        publish(RESET_DONE_TOPIC, subject_id=reset.account_id, now=now)
        _record(Action.mfa_reset, reset.account_id, actor=actor, now=now, detail="second_approval")
    return reset


def decline_second_factor_reset(reset_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Close a request without taking anything off. Raises `not_found`."""
    policies.check_administrator(actor)
    with transaction.atomic():
        reset = _open_reset(reset_id)
        reset.declined_by_id, reset.done_at = actor.account_id, now
        reset.save()
        _record(Action.mfa_reset, reset.account_id, actor=actor, now=now, detail="declined")


def _open_reset(reset_id: UUID) -> SecondFactorReset:
    reset: SecondFactorReset | None = (
        SecondFactorReset.objects.select_for_update(of=("self",)).filter(id=reset_id, done_at=None).first()
    )
    if reset is None:
        raise NotFound("not_found", _("That request is closed."))
    return reset


def _record(action: Action, account_id: UUID, *, actor: Actor, now: datetime, detail: str) -> None:
    audit.record(
        action,
        actor=actor,
        category=Category.account,
        now=now,
        object_type="accounts.Account",
        object_id=account_id,
        detail={"what": detail},
    )
