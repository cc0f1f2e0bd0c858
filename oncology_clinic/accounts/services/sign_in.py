"""Signing in: the password, then the second factor; until both are shown nobody is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import auth
from django.db import transaction
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django_otp import login as show_device
from django_otp.models import Device

from oncology_clinic.accounts import middleware, selectors
from oncology_clinic.accounts.models import Account
from oncology_clinic.accounts.models.people import normalize_username
from oncology_clinic.accounts.models.sessions import ClinicSession
from oncology_clinic.accounts.services import second_factor
from oncology_clinic.accounts.sessions import store_of
from oncology_clinic.actors import ANONYMOUS, STAFF_ROLES, Actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category, Outcome
from oncology_clinic.errors import Refusal, TooManyTries

BACKEND = "django.contrib.auth.backends.ModelBackend"
PENDING = "pending_sign_in"
PENDING_FOR = timedelta(minutes=10)


class BadCredentials(Refusal):
    """The same for an unknown name, a wrong password and a deactivated account."""

    status = 403


class OtpRequired(Refusal):
    """The password was right, and a second factor is due."""

    status = 403


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody who has shown a password, not yet a second factor."""

    account_id: UUID
    next_page: str


def check_password(request: HttpRequest, *, username: str, password: str, now: datetime) -> Account:
    """The active account with this username and password.

    Raises `BadCredentials("bad_credentials")`, and `TooManyTries("locked")` once django-axes has seen too
    many for this username from this address; neither says whether the account exists. django-axes reads
    the address from the request.
    """
    typed = normalize_username(username)
    account = auth.authenticate(request, username=typed, password=password)
    if isinstance(account, Account):
        return account
    is_locked = bool(getattr(request, "axes_locked_out", False))
    audit.record(
        Action.locked_out if is_locked else Action.login_failed,
        actor=ANONYMOUS,
        category=Category.account,
        now=now,
        object_type="accounts.Account",
        object_id=selectors.account_id(username=typed),
        outcome=Outcome.denied,
    )
    if is_locked:
        raise locked()
    raise BadCredentials(
        "bad_credentials", _("That username and password do not match. Check both and try again."), field="password"
    )


def locked() -> TooManyTries:
    return TooManyTries(
        "locked", _("There were too many tries. Wait 15 minutes and try again, or ask for a new password.")
    )


def with_password(request: HttpRequest, *, username: str, password: str, next_page: str, now: datetime) -> bool:
    """The first step: True when it was the only one, False when a code is due. Raises as `check_password`."""
    account = check_password(request, username=username, password=password, now=now)
    return begin(request, account=account, next_page=next_page, now=now)


def with_code(request: HttpRequest, *, account: Account, code: str, now: datetime) -> None:
    """The second step. Raises as `second_factor.check_code`."""
    device = second_factor.check_code(account, code=code, now=now)
    finish(request, account=account, device=device, now=now)


def with_both(request: HttpRequest, *, username: str, password: str, code: str, now: datetime) -> None:
    """Both steps at once, for programs.

    Raises as `check_password` and `second_factor.check_code`, `OtpRequired("otp_required")` when a code is due
    and none was given, and `OtpRequired("second_factor_needed")` for staff who have yet to set one up.
    """
    account = check_password(request, username=username, password=password, now=now)
    if not needs_code(account):
        return finish(request, account=account, device=None, now=now)
    if not selectors.has_second_factor(account):
        raise OtpRequired("second_factor_needed", _("Sign in with a browser first, and set up your second step."))
    if not code:
        raise OtpRequired("otp_required", _("Send the code from your app, or a recovery code, as otp."))
    return with_code(request, account=account, code=code, now=now)


def with_new_device(request: HttpRequest, *, account: Account, code: str, now: datetime) -> list[str]:
    """Set up a second factor with its first code and sign in by it. The recovery codes, to be shown once."""
    device, codes = second_factor.confirm_enrolment(account, code=code, now=now)
    finish(request, account=account, device=device, now=now)
    return codes


def candidate(request: HttpRequest, *, now: datetime) -> Account | None:
    """Who may show a second factor here: the one whose password was just shown, else the one signed in."""
    waiting = pending(request, now=now)
    if waiting is not None:
        return selectors.active_account(waiting.account_id)
    return selectors.active_account(request.user.pk) if request.user.is_authenticated else None


def needs_code(account: Account) -> bool:
    """Staff always; others once they have set up a second factor."""
    return account.role in STAFF_ROLES or selectors.has_second_factor(account)


def begin(request: HttpRequest, *, account: Account, next_page: str, now: datetime) -> bool:
    """After the password. True when that was all and the person is signed in; False when a code is due."""
    if not needs_code(account):
        finish(request, account=account, device=None, now=now)
        return True
    if request.user.is_authenticated:
        auth.logout(request)  # whoever used this browser before
    request.session.cycle_key()
    request.session[PENDING] = {"account": str(account.pk), "next": next_page, "at": now.isoformat()}
    return False


def pending(request: HttpRequest, *, now: datetime) -> Pending | None:
    """Who has shown a password in this session within the last ten minutes and not signed in since."""
    kept = request.session.get(PENDING)
    if not kept:
        return None
    began_at = parse_datetime(kept["at"])
    if began_at is None or now - began_at >= PENDING_FOR:
        del request.session[PENDING]
        return None
    return Pending(account_id=UUID(kept["account"]), next_page=kept["next"])


def finish(request: HttpRequest, *, account: Account, device: Device | None, now: datetime) -> None:
    """Sign in for good, with the second factor shown if there is one. The session gets a new key; the old one dies."""
    request.session.pop(PENDING, None)
    is_same = request.user.is_authenticated and request.user.pk == account.pk
    with transaction.atomic():
        if is_same:
            request.session.cycle_key()  # stepping up: `auth.login` would keep the key
        auth.login(request, account, backend=BACKEND)
        if device is not None:
            show_device(request, device)
        audit.record(
            Action.login,
            actor=selectors.actor_for(account),
            category=Category.account,
            now=now,
            object_type="accounts.Account",
            object_id=account.pk,
            detail={"second_factor": device.model_label() if device is not None else None},
        )
    account.is_verified = lambda: device is not None  # type: ignore[attr-defined]
    middleware.set_actor(request)


def sign_out(request: HttpRequest, *, actor: Actor, now: datetime) -> None:
    """End this session. Harmless when nobody is signed in."""
    if actor.account_id is not None:
        audit.record(
            Action.logout,
            actor=actor,
            category=Category.account,
            now=now,
            object_type="accounts.Account",
            object_id=actor.account_id,
        )
    auth.logout(request)
    middleware.set_actor(request)


def end_sessions(account_id: UUID, *, but_key_hash: str = "") -> int:
    """End the account's sessions on every device, except perhaps this one; the number ended."""
    ended, _rows = ClinicSession.objects.filter(account_id=account_id).exclude(key_hash=but_key_hash).delete()
    return int(ended)


def sign_out_everywhere(request: HttpRequest, *, actor: Actor, now: datetime) -> None:
    """End every session of the actor's account, this one too."""
    if actor.account_id is not None:
        end_sessions(actor.account_id, but_key_hash=store_of(request).key_hash)
    sign_out(request, actor=actor, now=now)
