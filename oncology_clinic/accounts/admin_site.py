"""The stock admin behind the clinic's own sign-in: administrators with a verified second factor, nobody else."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from oncology_clinic import pages
from oncology_clinic.accounts import policies
from oncology_clinic.actors import Role


class ClinicAdminSite(AdminSite):
    """Its own sign-in page would ask for a password only; ours stands in its place."""

    def has_permission(self, request: HttpRequest) -> bool:
        actor = pages.actor_of(request)
        return actor.role is Role.administrator and actor.is_verified

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        actor = pages.actor_of(request)
        if actor.role is not Role.anonymous:
            policies.check_role(actor, (Role.administrator,))
            return redirect("admin:index")
        return pages.send_to(request, "accounts:sign_in")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        return redirect("accounts:profile")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        return redirect("accounts:password")
