"""The pages for what goes wrong before a view, after it, or instead of it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"code": "not_found", "detail": _("There is nothing at this address.")}, status=404)
    return render(request, "errors/404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/403.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/400.html", status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "errors/csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without the request's context: whatever broke may break its context processors too."""
    if request.path.startswith("/api/"):
        return JsonResponse({"code": "server_error", "detail": "Something went wrong on our side."}, status=500)
    return HttpResponse(fixed_page("errors/500.html"), status=500)


def unavailable(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(fixed_page("errors/503.html"), status=503)
    response.headers["Retry-After"] = "120"
    return response


def fixed_page(template_name: str) -> str:
    """A page of fixed words in both languages, printable with no session and no database."""
    return render_to_string(template_name, {"clinic_name": settings.CLINIC_NAME, "clinic_phone": settings.CLINIC_PHONE})
