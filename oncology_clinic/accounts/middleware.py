"""Who asks, in which language: language before anything prints, actor after the second factor is known.

All of it together costs one SQL statement a request: the session engine joins the account
and the second factor shown, and the person's id is kept in the session.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware as DjangoAuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject
from django_otp.middleware import OTPMiddleware

from oncology_clinic.accounts import persons
from oncology_clinic.accounts.sessions import store_of
from oncology_clinic.actors import ANONYMOUS, Actor, Role
from oncology_clinic.audit import context as access_context

GetResponse = Callable[[HttpRequest], HttpResponse]
THEME_COOKIE_NAME = "clinic_theme"
THEMES = ("light", "dark")


class LanguageMiddleware:
    """The account's language, else the cookie's, else the browser's; and the theme in the same way."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        account = store_of(request).account
        language = account.language if account is not None else ""
        if language not in dict(settings.LANGUAGES):
            language = translation.get_language_from_request(request)
        theme = account.theme if account is not None else request.COOKIES.get(THEME_COOKIE_NAME, "")
        request.theme = theme if theme in THEMES else ""  # type: ignore[attr-defined]
        with translation.override(language):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


class AccountMiddleware(DjangoAuthenticationMiddleware):
    """`request.user` is the account that came with the session: no statement of its own."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _signed_in(request))  # type: ignore[assignment]


def _signed_in(request: Any) -> object:
    """The checks of `django.contrib.auth.get_user`, on the joined account."""
    if not hasattr(request, "_cached_user"):
        request._cached_user = _account_of(request) or AnonymousUser()
    return request._cached_user


def _account_of(request: HttpRequest) -> Any:
    session = store_of(request)
    account = session.account
    if account is None or session.get(SESSION_KEY) != str(account.pk):
        return None
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    hashes = [account.get_session_auth_hash(), *account.get_session_auth_fallback_hash()]
    is_current = any(constant_time_compare(session.get(HASH_SESSION_KEY, ""), known) for known in hashes)
    if not (account.is_active and is_current):
        session.flush()  # a password change or a deactivation ended this session
        return None
    return account


class SecondFactorMiddleware(OTPMiddleware):  # type: ignore[misc]
    """django-otp's, with the device the session engine has joined: a device that is removed verifies nobody."""

    def _verify_user_sync(self, request: HttpRequest, user: Any) -> Any:
        self._init_user_fields(user)
        if user.is_authenticated:
            user.otp_device = self._finalize_device(request, user, store_of(request).device)
        return user


class ActorMiddleware:
    """Sets `request.actor`, tells the access context, and notes that the person is still there."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor = set_actor(request)
        if actor.role is not Role.anonymous and not is_background(request):
            store_of(request).touch(timezone.now())
        return self.get_response(request)


def set_actor(request: HttpRequest) -> Actor:
    """(Re)build `request.actor` from the session: at each request, and after a sign-in or sign-out within one."""
    actor = _actor(request)
    request.actor = actor  # type: ignore[attr-defined]
    context = access_context.current_or_none()
    if context is not None:
        context.actor = actor
    return actor


def _actor(request: HttpRequest) -> Actor:
    account = request.user
    if not account.is_authenticated:
        return ANONYMOUS
    role = Role(account.role)
    person_id = _person_id(request, role, account.pk)
    return Actor(
        role=role,
        account_id=account.pk,
        label=account.username,
        patient_id=person_id if role is Role.patient else None,
        clinician_id=person_id if role in (Role.clinician, Role.nurse_coordinator) else None,
        caregiver_id=person_id if role is Role.caregiver else None,
        is_verified=account.is_verified() if hasattr(account, "is_verified") else False,
    )


def _person_id(request: HttpRequest, role: Role, account_id: UUID) -> UUID | None:
    """From the session; looked up once when the session does not know it yet."""
    known = request.session.get(persons.SESSION_ID)
    if known is None:
        known = str(persons.find(role, account_id=account_id) or "")
        request.session[persons.SESSION_ID] = known
    return UUID(known) if known else None


def is_background(request: HttpRequest) -> bool:
    """A page that asks by itself: it must not keep anybody signed in.

    Programs say `X-Background: 1` or `?poll=1`; an htmx element that polls has an id ending in `poll`.
    """
    return (
        request.headers.get("X-Background") == "1"
        or request.GET.get("poll") == "1"
        or request.headers.get("HX-Trigger", "").endswith("poll")
    )
