"""The HTML door: form -> command -> one service call -> page. Refusals become form errors or error pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from oncology_clinic.accounts import policies as sign_in_policy
from oncology_clinic.actors import ANONYMOUS, STAFF_ROLES, Actor, Role
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import NotPhi, Touches
from oncology_clinic.errors import Forbidden, Refusal
from oncology_clinic.forms import CommandForm


def actor_of(request: HttpRequest) -> Actor:
    return getattr(request, "actor", ANONYMOUS)


def clinic_context(request: HttpRequest) -> dict[str, Any]:
    """What every page may print: the clinic's name and phone, who is signed in, the theme."""
    actor = actor_of(request)
    return {
        "clinic_name": settings.CLINIC_NAME,
        "clinic_phone": settings.CLINIC_PHONE,
        "actor": actor,
        "is_staff_page": actor.role in STAFF_ROLES,
        "theme": getattr(request, "theme", ""),
        "is_debug": settings.DEBUG,
    }


class Page(View):
    """A page that shows. Subclasses give `template_name`, `audit` and `page()`."""

    template_name: ClassVar[str]
    audit: ClassVar[Touches | NotPhi]

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    def page(self, **kwargs: Any) -> dict[str, Any]:
        """The template's context, prepared by a presenter. May raise `Refusal`."""
        return {}

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.show(self.page(**kwargs))

    def show(self, context: dict[str, Any], status: int = 200) -> HttpResponse:
        return render(self.request, self.template_name, context, status=status)


class SignedInMixin:
    """For pages behind sign-in: `class Mine(SignedInMixin, Page)`, `roles = (Role.patient,)`; no roles: anybody.

    Nobody is sent to sign in and back; another role is refused; staff who have not shown a
    second factor are sent to do so, whatever the page. Each of these leaves a record.
    """

    roles: ClassVar[tuple[Role, ...]] = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actor = actor_of(request)
        if actor.role is Role.anonymous:
            audit.record_denied(actor=actor, rule="not_signed_in", now=timezone.now())
            has_expired = getattr(request.session, "has_expired", False)
            return send_to(request, "accounts:signed_out" if has_expired else "accounts:sign_in")
        if self.roles and actor.role not in self.roles:
            require_role(actor, *self.roles)
        if sign_in_policy.is_unverified_staff(actor):
            audit.record_denied(actor=actor, rule="second_factor_needed", now=timezone.now())
            return send_to(request, "accounts:code")
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return response


def send_to(request: HttpRequest, url_name: str) -> HttpResponse:
    """To a page of sign-in that brings the person back here. An htmx request makes the whole page go there."""
    back = request.get_full_path() if request.method == "GET" and not request.headers.get("HX-Request") else ""
    address = reverse(url_name) + (f"?{urlencode({'next': back})}" if back else "")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


class UseCaseView(Page):
    """A page with one form and one act. `act()` makes exactly one service call."""

    form_class: ClassVar[type[CommandForm]]

    def form_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {}

    def initial(self, **kwargs: Any) -> dict[str, Any]:
        return {}

    def act(self, command: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    def done(self, result: Any, **kwargs: Any) -> HttpResponse:
        return redirect(settings.LOGIN_REDIRECT_URL)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.form_class(initial=self.initial(**kwargs), **self.form_kwargs(**kwargs))
        return self.show({**self.page(**kwargs), "form": form})

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.form_class(request.POST, **self.form_kwargs(**kwargs))
        if not form.is_valid():
            return self.show({**self.page(**kwargs), "form": form}, status=422)
        try:
            result = self.act(form.command(), **kwargs)
        except Refusal as refusal:
            if refusal.is_denial:
                raise
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
            context = {**self.page(**kwargs), "form": form, "refusal": refusal}
            return self.show(context, status=refusal.status)
        return self.done(result, **kwargs)


class RefusalMiddleware:
    """Turns a `Refusal` that rose out of a page into its error page, and records a denial."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal):
            return None
        record_denial(request, exception)
        return render(request, "errors/refused.html", {"refusal": exception}, status=exception.status)


def record_denial(request: HttpRequest, refusal: Refusal) -> None:
    """A refused look or act leaves a record, in a transaction of its own: with the patient, where the address names one."""
    if refusal.is_denial:
        match = request.resolver_match
        patient_id = refusal.patient_id or (match.kwargs.get("patient_id") if match else None)
        audit.record_denied(actor=actor_of(request), rule=refusal.code, now=timezone.now(), patient_id=patient_id)


def require_role(actor: Actor, *roles: str) -> None:
    """Raise `Forbidden` unless the actor has one of these roles. For pages that belong to one kind of work."""
    if actor.role not in roles:
        raise Forbidden("wrong_role", _("This page is for another team."))
