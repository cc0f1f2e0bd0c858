"""Setting up the second factor; recovery codes, shown once."""

from __future__ import annotations

from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from oncology_clinic.accounts import forms, next_page, selectors
from oncology_clinic.accounts.models import SealedTOTPDevice
from oncology_clinic.accounts.services import second_factor, sign_in
from oncology_clinic.accounts.views.sign_in import SIGN_IN_AUDIT, CandidateMixin
from oncology_clinic.actors import STAFF_ROLES
from oncology_clinic.errors import Forbidden
from oncology_clinic.pages import SignedInMixin, UseCaseView


def qr_code(address: str) -> SafeString:
    """The address as an inline SVG with presentation attributes only: the page's policy allows no styles."""
    drawn = segno.make(address, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=True)
    return mark_safe(drawn)


def spaced(secret: str) -> str:
    """In groups of four, to type from."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


@method_decorator(sensitive_post_parameters(), name="dispatch")
class Enrol(CandidateMixin, UseCaseView):
    """A new secret, its first code, then the recovery codes."""

    template_name = "accounts/enrol.html"
    form_class = forms.CodeForm
    audit = SIGN_IN_AUDIT

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.elsewhere() or super().get(request, **kwargs)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.elsewhere() or super().post(request, **kwargs)

    def elsewhere(self) -> HttpResponse | None:
        """Whoever has a second factor shows it before setting up another: a password alone must not."""
        if selectors.has_second_factor(self.account) and not self.actor.is_verified:
            return redirect("accounts:code")
        return None

    def page(self, **kwargs: Any) -> dict[str, Any]:
        device: SealedTOTPDevice = second_factor.start_enrolment(self.account, now=timezone.now())
        return {
            "qr_code": qr_code(device.config_url(self.account.username)),
            "secret": spaced(device.secret()),
            "is_required": self.account.role in STAFF_ROLES,
            "next_page": self.next_page,
        }

    def act(self, command: str, **kwargs: Any) -> list[str]:
        return sign_in.with_new_device(self.request, account=self.account, code=command, now=timezone.now())

    def done(self, result: list[str], **kwargs: Any) -> HttpResponse:
        self.template_name = "accounts/recovery_codes.html"  # type: ignore[misc]
        return self.show({"codes": result, "next_page": next_page.or_home(self.next_page)})


class RecoveryCodes(SignedInMixin, UseCaseView):
    """Ten new recovery codes in place of the old ones."""

    template_name = "accounts/new_recovery_codes.html"
    form_class = forms.NothingForm
    audit = SIGN_IN_AUDIT

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.actor.account_id is not None and not self.actor.is_verified:
            raise Forbidden("second_factor_needed", _("Set up your second step first."))
        return super().dispatch(request, *args, **kwargs)

    def page(self, **kwargs: Any) -> dict[str, Any]:
        assert self.actor.account_id is not None
        return {"codes_left": selectors.recovery_codes_left(self.actor.account_id)}

    def act(self, command: None, **kwargs: Any) -> list[str]:
        account = sign_in.candidate(self.request, now=timezone.now())
        assert account is not None
        return second_factor.new_recovery_codes(account, now=timezone.now())

    def done(self, result: list[str], **kwargs: Any) -> HttpResponse:
        self.template_name = "accounts/recovery_codes.html"  # type: ignore[misc]
        return self.show({"codes": result, "next_page": next_page.or_home("")})
