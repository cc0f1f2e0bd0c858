"""Opens the access context of a request and writes its ledger before the first byte leaves."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import uuid6
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.cache import patch_cache_control

from oncology_clinic.actors import ANONYMOUS, STAFF_ROLES, Role
from oncology_clinic.audit import context as access_context
from oncology_clinic.audit import envelope, events, ledger, routes
from oncology_clinic.audit.context import AccessContext
from oncology_clinic.audit.contract import Touches

log = logging.getLogger(__name__)


class AccessContextMiddleware:
    """Outside sessions and sign-in, so that what they open is seen too.

    If the ledger cannot be written nothing is shown: 503 with an empty body. A streaming
    answer gets its ledger closed before its first byte; opening more while it streams raises.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        context = _context_of(request)
        with access_context.open_context(context):
            response = self.get_response(request)
            context.actor = getattr(request, "actor", context.actor)
            was_read = bool(context.ledger.entries or context.ledger.batches)
            try:
                _record_silent_refusal(request, response, context)
                ledger.flush(context)
            except Exception:
                log.exception("the audit log could not be written; nothing was shown")
                response.close()
                return HttpResponse(status=503)
        response["X-Request-ID"] = context.request_id
        if was_read or context.actor.role is not Role.anonymous:
            patch_cache_control(response, no_store=True)
        return response

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        """The route is known now: name it, and note what it says it touches."""
        context = access_context.current()
        match = request.resolver_match
        context.route = (match.view_name if match else "") or routes.dotted_name(view)
        declared = routes.declaration_of(view)
        if declared is not None:
            context.declared = declared.categories if isinstance(declared, Touches) else frozenset()


def _context_of(request: HttpRequest) -> AccessContext:
    return AccessContext(
        actor=ANONYMOUS,
        request_id=uuid6.uuid7().hex,
        ip=_address(request),
        user_agent_hash=envelope.pseudonym("user-agent", request.META.get("HTTP_USER_AGENT", "")),
        session_hash=envelope.pseudonym("session", request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")),
    )


def _address(request: HttpRequest) -> str:
    """The visitor's address; behind our proxies `proxies.py` has put the forwarded one in its place."""
    return str(request.META.get("REMOTE_ADDR", ""))


def _record_silent_refusal(request: HttpRequest, response: HttpResponse, context: AccessContext) -> None:
    """The net under the doors: an answer that refuses leaves a record, also where no refusal of ours was raised."""
    if context.denials or not request.resolver_match:
        return
    if response.status_code in (401, 403):
        rule = f"http_{response.status_code}"
    elif response.status_code == 404 and context.declared:
        rule = "http_404"
    elif response.status_code == 302 and context.declared and _is_sent_to_sign_in(response, context):
        rule = "sent_to_sign_in"
    else:
        return
    events.record_denied(actor=context.actor, rule=rule, now=timezone.now())


def _is_sent_to_sign_in(response: HttpResponse, context: AccessContext) -> bool:
    is_known = context.actor.role is not Role.anonymous
    if is_known and (context.actor.is_verified or context.actor.role not in STAFF_ROLES):
        return False
    return is_known or response.get("Location", "").startswith(resolve_url(settings.LOGIN_URL))
