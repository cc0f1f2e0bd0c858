"""Choosing a new password."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from oncology_clinic.accounts import forms
from oncology_clinic.accounts.models import Account
from oncology_clinic.accounts.services import passwords
from oncology_clinic.accounts.sessions import store_of
from oncology_clinic.accounts.views.sign_in import SIGN_IN_AUDIT
from oncology_clinic.pages import Page, SignedInMixin, UseCaseView


class Forgot(UseCaseView):
    """The same answer whether we know the name or not; the letter comes later, from the outbox."""

    template_name = "accounts/forgot.html"
    form_class = forms.ForgotForm
    audit = SIGN_IN_AUDIT

    def act(self, command: str, **kwargs: Any) -> None:
        passwords.ask_reset(command, now=timezone.now())

    def done(self, result: None, **kwargs: Any) -> HttpResponse:
        return redirect("accounts:forgot_sent")


class ForgotSent(Page):
    template_name = "accounts/forgot_sent.html"
    audit = SIGN_IN_AUDIT


@method_decorator(sensitive_post_parameters(), name="dispatch")
class Reset(UseCaseView):
    """A new password by the link of a letter, once."""

    template_name = "accounts/reset.html"
    form_class = forms.NewPasswordForm
    audit = SIGN_IN_AUDIT

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.reset = passwords.open_reset(kwargs["token"], now=timezone.now())
        response = super().dispatch(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response  # type: ignore[return-value]

    def form_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {"account": self.reset.account}

    def page(self, **kwargs: Any) -> dict[str, Any]:
        return {"username": self.reset.account.username}

    def act(self, command: str, **kwargs: Any) -> None:
        passwords.reset(kwargs["token"], password=command, now=timezone.now())

    def done(self, result: None, **kwargs: Any) -> HttpResponse:
        messages.success(self.request, _("Your new password is set. Sign in with it."))
        return redirect("accounts:sign_in")


@method_decorator(sensitive_post_parameters(), name="dispatch")
class ChangePassword(SignedInMixin, UseCaseView):
    """One's own password; sessions elsewhere end."""

    template_name = "accounts/change_password.html"
    form_class = forms.ChangePasswordForm
    audit = SIGN_IN_AUDIT

    @property
    def account(self) -> Account:
        return cast(Account, self.request.user)

    def form_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {"account": self.account}

    def act(self, command: forms.PasswordChange, **kwargs: Any) -> None:
        passwords.change(
            self.request,
            account=self.account,
            old=command.old,
            new=command.new,
            keep_key_hash=store_of(self.request).key_hash,
            actor=self.actor,
            now=timezone.now(),
        )

    def done(self, result: None, **kwargs: Any) -> HttpResponse:
        update_session_auth_hash(self.request, self.account)
        messages.success(self.request, _("Your password is changed. Other devices are signed out."))
        return redirect("accounts:profile")
