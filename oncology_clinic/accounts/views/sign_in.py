"""Signing in and out, in a browser."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from oncology_clinic.accounts import forms, next_page, policies, selectors
from oncology_clinic.accounts.models import Account
from oncology_clinic.accounts.services import life, sign_in
from oncology_clinic.actors import Role
from oncology_clinic.audit.contract import NotPhi
from oncology_clinic.pages import Page, SignedInMixin, UseCaseView, send_to

SIGN_IN_AUDIT = NotPhi("signing in: nobody's record is open")


@method_decorator(sensitive_post_parameters(), name="dispatch")
class SignIn(UseCaseView):
    """Username and password."""

    template_name = "accounts/sign_in.html"
    form_class = forms.SignInForm
    audit = SIGN_IN_AUDIT

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if self.actor.role is not Role.anonymous and not policies.is_unverified_staff(self.actor):
            return redirect(next_page.or_home(next_page.asked(request)))
        return super().get(request, **kwargs)

    def page(self, **kwargs: Any) -> dict[str, Any]:
        return {"next_page": next_page.asked(self.request)}

    def act(self, command: forms.Credentials, **kwargs: Any) -> bool:
        return sign_in.with_password(
            self.request,
            username=command.username,
            password=command.password,
            next_page=next_page.asked(self.request),
            now=timezone.now(),
        )

    def done(self, result: bool, **kwargs: Any) -> HttpResponse:
        return redirect(next_page.or_home(next_page.asked(self.request)) if result else reverse("accounts:code"))


class CandidateMixin:
    """For the pages between the password and being signed in, and for stepping up: who is it?"""

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        account = sign_in.candidate(request, now=now)
        if account is None:
            return send_to(request, "accounts:sign_in")
        self.account: Account = account
        waiting = sign_in.pending(request, now=now)
        self.next_page = waiting.next_page if waiting else next_page.asked(request)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        add_never_cache_headers(response)
        return response


@method_decorator(sensitive_post_parameters(), name="dispatch")
class Code(CandidateMixin, UseCaseView):
    """The second factor: a code from the app, or a recovery code."""

    template_name = "accounts/code.html"
    form_class = forms.CodeForm
    audit = SIGN_IN_AUDIT

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if self.actor.is_verified:
            return redirect(next_page.or_home(self.next_page))
        if not selectors.has_second_factor(self.account):
            return redirect("accounts:enrol")
        return super().get(request, **kwargs)

    def page(self, **kwargs: Any) -> dict[str, Any]:
        return {"next_page": self.next_page}

    def act(self, command: str, **kwargs: Any) -> None:
        sign_in.with_code(self.request, account=self.account, code=command, now=timezone.now())

    def done(self, result: None, **kwargs: Any) -> HttpResponse:
        return redirect(next_page.or_home(self.next_page))


class LostDevice(CandidateMixin, UseCaseView):
    """Asking two administrators to take a lost second factor off."""

    template_name = "accounts/lost_device.html"
    form_class = forms.NothingForm
    audit = SIGN_IN_AUDIT

    def act(self, command: None, **kwargs: Any) -> None:
        life.ask_second_factor_reset(self.account.pk, actor=selectors.actor_for(self.account), now=timezone.now())

    def done(self, result: None, **kwargs: Any) -> HttpResponse:
        title, text = _("We have your request"), _("Call the clinic now, so that we know it is you.")
        return self.show({"is_done": True, "done_title": title, "done_text": text})


class SignOut(Page):
    """Ends the session. A form's POST, so that no link can do it."""

    http_method_names = ["post"]
    audit = SIGN_IN_AUDIT

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        sign_in.sign_out(request, actor=self.actor, now=timezone.now())
        messages.success(request, _("You are signed out."))
        return redirect("accounts:sign_in")


class SignOutEverywhere(SignedInMixin, Page):
    """Ends the person's sessions on every device, this one too."""

    http_method_names = ["post"]
    audit = SIGN_IN_AUDIT

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        sign_in.sign_out_everywhere(request, actor=self.actor, now=timezone.now())
        messages.success(request, _("You are signed out on every device."))
        return redirect("accounts:sign_in")


class SignedOut(Page):
    """The calm page after a session ran out."""

    template_name = "accounts/signed_out.html"
    audit = SIGN_IN_AUDIT

    def page(self, **kwargs: Any) -> dict[str, Any]:
        return {"next_page": next_page.asked(self.request)}
