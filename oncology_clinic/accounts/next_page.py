"""Where a person wanted to go before they had to sign in: only ever a page of ours."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme


def asked(request: HttpRequest) -> str:
    """`next` from the form or the address, if it is one of our own pages; else empty."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_ours else ""


def or_home(target: str) -> str:
    return target or resolve_url(settings.LOGIN_REDIRECT_URL)
