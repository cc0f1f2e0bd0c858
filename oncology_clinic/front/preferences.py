"""Two choices anybody may make, signed in or not: the language and the colors. Forms, not links: they change something."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views import View

from oncology_clinic.audit.contract import NotPhi
from oncology_clinic.errors import Refusal
from oncology_clinic.front import services
from oncology_clinic.pages import actor_of

THEMES = {"light": "light", "dark": "dark", "device": ""}
THEME_COOKIE_NAME = "clinic_theme"
ONE_YEAR = 365 * 24 * 3600


class SetLanguage(View):
    """Remembers the language and goes back to the page one was on."""

    audit: ClassVar[NotPhi] = NotPhi("a person's own choice of language")
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        language = request.POST.get("language", "")
        if language not in dict(settings.LANGUAGES):
            raise Refusal("unknown_language", _("Choose a language from the list."))
        services.keep_language(language, actor=actor_of(request), now=timezone.now())
        response = back(request)
        _remember(request, response, name=settings.LANGUAGE_COOKIE_NAME, value=language)
        return response


class SetTheme(View):
    """Remembers light or dark and goes back to the page one was on."""

    audit: ClassVar[NotPhi] = NotPhi("a person's own choice of colors")
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        theme = THEMES.get(request.POST.get("theme", ""))
        if theme is None:
            raise Refusal("unknown_theme", _("Choose light, dark, or as your device says."))
        services.keep_theme(theme, actor=actor_of(request), now=timezone.now())
        response = back(request)
        _remember(request, response, name=THEME_COOKIE_NAME, value=theme)
        return response


def back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page the form stood on, if that is ours; else home."""
    target = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(target if allowed else reverse("home"))


def _remember(request: HttpRequest, response: HttpResponse, *, name: str, value: str) -> None:
    if not value:
        response.delete_cookie(name, samesite="Lax")
        return
    response.set_cookie(name, value, max_age=ONE_YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
