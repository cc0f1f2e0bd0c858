"""The administrators' pages of account life. Patients appear by id and username only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from oncology_clinic.accounts import forms, presenters, selectors
from oncology_clinic.accounts.models import Invitation, SecondFactorReset
from oncology_clinic.accounts.services import directory, invitations, life
from oncology_clinic.actors import Role
from oncology_clinic.audit.contract import NotPhi
from oncology_clinic.errors import NotFound
from oncology_clinic.pages import Page, SignedInMixin, UseCaseView

INVITES = NotPhi("staff by name, patients by opaque id, people who are invited and have no record yet")


class AdministratorPage(SignedInMixin, Page):
    roles = (Role.administrator,)


class People(AdministratorPage):
    """Everybody who may sign in, page by page, with what waits for an administrator on top."""

    template_name = "accounts/people.html"
    audit = INVITES

    def page(self, **kwargs: Any) -> dict[str, Any]:
        role, number = role_asked(self.request.GET.get("role", "")), page_number(self.request.GET.get("page", "1"))
        found = directory.read(self.actor, role=role, page=number, now=timezone.now())
        return presenters.people(found, actor=self.actor, role=role, page=number)


def role_asked(typed: str) -> str:
    """What stands in the address, or every role when it is none."""
    return typed if typed in Role.__members__ else ""


def page_number(typed: str) -> int:
    """What stands in the address, or the first page when it is no page number."""
    return max(int(typed), 1) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 1


class InvitePerson(SignedInMixin, UseCaseView):
    template_name = "accounts/invite.html"
    form_class = forms.InviteForm
    roles = (Role.administrator,)
    audit = INVITES

    def act(self, command: invitations.Invite, **kwargs: Any) -> Invitation:
        return invitations.invite(command, actor=self.actor, now=timezone.now())

    def done(self, result: Invitation, **kwargs: Any) -> HttpResponse:
        messages.success(self.request, _("The invitation is on its way by e-mail."))
        return redirect("accounts:people")


class Withdraw(AdministratorPage):
    http_method_names = ["post"]
    audit = INVITES

    def post(self, request: HttpRequest, invitation_id: UUID) -> HttpResponse:
        invitations.withdraw(invitation_id, actor=self.actor, now=timezone.now())
        messages.success(request, _("The invitation no longer works."))
        return redirect("accounts:people")


class Deactivate(SignedInMixin, UseCaseView):
    """Closing a sign-in, after a page that says what that means."""

    template_name = "accounts/deactivate.html"
    form_class = forms.DeactivateForm
    roles = (Role.administrator,)
    audit = NotPhi("sign-ins by username; no patient record is opened")

    def page(self, **kwargs: Any) -> dict[str, Any]:
        account = selectors.active_account(kwargs["account_id"])
        if account is None:
            raise NotFound("not_found", _("There is no such person here."))
        return {
            "username": account.username,
            "role_name": account.get_role_display(),
            "ask_reset": reverse("accounts:ask_reset", kwargs={"account_id": account.id}),
        }

    def act(self, command: str, **kwargs: Any) -> None:
        life.deactivate(kwargs["account_id"], reason=command, actor=self.actor, now=timezone.now())

    def done(self, result: None, **kwargs: Any) -> HttpResponse:
        messages.success(self.request, _("The sign-in is closed, and the person is signed out everywhere."))
        return redirect("accounts:people")


class AskReset(AdministratorPage):
    """An administrator asks for somebody who called: two more steps by two people follow."""

    http_method_names = ["post"]
    audit = NotPhi("sign-ins by username; no patient record is opened")

    def post(self, request: HttpRequest, account_id: UUID) -> HttpResponse:
        life.ask_second_factor_reset(account_id, actor=self.actor, now=timezone.now())
        messages.success(request, _("Two administrators must now agree."))
        return redirect("accounts:people")


class ApproveReset(AdministratorPage):
    http_method_names = ["post"]
    audit = NotPhi("sign-ins by username; no patient record is opened")

    def post(self, request: HttpRequest, reset_id: UUID) -> HttpResponse:
        reset: SecondFactorReset = life.approve_second_factor_reset(reset_id, actor=self.actor, now=timezone.now())
        if reset.done_at:
            messages.success(request, _("The second step is taken off. The person can set up a new one."))
        else:
            messages.success(request, _("You have agreed. Now another administrator must agree too."))
        return redirect("accounts:people")


class DeclineReset(AdministratorPage):
    http_method_names = ["post"]
    audit = NotPhi("sign-ins by username; no patient record is opened")

    def post(self, request: HttpRequest, reset_id: UUID) -> HttpResponse:
        life.decline_second_factor_reset(reset_id, actor=self.actor, now=timezone.now())
        messages.success(request, _("The request is closed. Nothing was changed."))
        return redirect("accounts:people")
