"""The words of the account pages."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from oncology_clinic.accounts import places, selectors
from oncology_clinic.accounts.models import Invitation, RoleChoices, SealedTOTPDevice, SecondFactorReset
from oncology_clinic.accounts.services.directory import Directory
from oncology_clinic.accounts.services.profile import Profile
from oncology_clinic.actors import STAFF_ROLES, Actor
from oncology_clinic.crypto.fields import reveal


def people(found: Directory, *, actor: Actor, role: str, page: int) -> dict[str, Any]:
    return {
        "columns": [_("Person"), _("Role"), _("Second step"), _("Status"), ""],
        "rows": [{"cells": _person_cells(row, actor=actor)} for row in found.rows],
        "filters": [
            {"label": label, "href": f"?{urlencode({'role': value})}" if value else "?", "is_current": value == role}
            for value, label in [("", _("Everybody")), *RoleChoices.choices]
        ],
        "invitations": [_invitation(invitation) for invitation in found.invitations],
        "resets": [_reset(reset, actor=actor) for reset in found.resets],
        "previous": _page_link(page - 1, role=role) if page > 1 else "",
        "next": _page_link(page + 1, role=role) if len(found.rows) == selectors.PAGE_SIZE else "",
    }


def _page_link(page: int, *, role: str) -> str:
    return "?" + urlencode({"role": role, "page": page})


def _person_cells(row: selectors.PersonRow, *, actor: Actor) -> list[dict[str, Any]]:
    status = {"text": _("Active"), "tone": "ok"} if row.is_active else {"text": _("Closed")}
    can_close = row.is_active and row.account_id != actor.account_id
    action = {
        "label": _("Close or help"),
        "href": reverse("accounts:deactivate", kwargs={"account_id": row.account_id}),
        "kind": "is-quiet is-small",
        "about": row.username,
    }
    return [
        {
            "strong": row.staff_name or row.username,
            "sub": row.username if row.staff_name else str(row.person_id or ""),
            "label": _("Person"),
        },
        {"text": row.role_name, "label": _("Role")},
        {"text": _("Set up") if row.has_second_factor else _("Not set up"), "label": _("Second step")},
        {"tag": status, "label": _("Status")},
        {"action": action, "is_wide": True} if can_close else {"text": ""},
    ]


def _invitation(invitation: Invitation) -> dict[str, Any]:
    return {
        "name": reveal(invitation.name),
        "email": reveal(invitation.email),
        "role": str(invitation.get_role_display()),
        "expires": date_format(invitation.expires_at, "DATETIME_FORMAT"),
        "withdraw": reverse("accounts:withdraw", kwargs={"invitation_id": invitation.id}),
    }


def _reset(reset: SecondFactorReset, *, actor: Actor) -> dict[str, Any]:
    first = reset.first_approver
    return {
        "username": reset.account.username,
        "asked": date_format(reset.asked_at, "DATETIME_FORMAT"),
        "first_approver": first.username if first else "",
        "can_approve": actor.account_id not in (reset.account_id, reset.first_approver_id),
        "approve": reverse("accounts:approve_reset", kwargs={"reset_id": reset.id}),
        "decline": reverse("accounts:decline_reset", kwargs={"reset_id": reset.id}),
    }


def my_account(actor: Actor, *, known: Profile | None, device: SealedTOTPDevice | None) -> dict[str, Any]:
    return {
        "username": actor.label,
        "has_second_factor": device is not None,
        "is_verified": actor.is_verified,
        "is_patient": known is not None,
        "is_staff": actor.role in STAFF_ROLES,
        "answers": _answers(known) if known else [],
    }


def _answers(known: Profile) -> list[dict[str, str]]:
    change = reverse("accounts:edit_profile")
    channels = {"email": _("By e-mail"), "sms": _("By text message")}
    rows = [
        (_("What we call you"), known.preferred_name or _("Your full name")),
        (_("Pronouns"), known.pronouns or _("Not given")),
        (_("Phone"), known.phone or _("Not given")),
        (_("E-mail"), known.email or _("Not given")),
        (_("Reminders"), channels.get(known.reminder_channel, known.reminder_channel)),
        (_("Language"), str(dict(settings.LANGUAGES).get(known.language, known.language))),
        (_("Interpreter"), _("Yes, at my visits") if known.needs_interpreter else _("Not needed")),
        (_("State you live in"), places.STATES.get(known.home_state, known.home_state)),
        (_("Time zone"), str(places.TIME_ZONES.get(known.time_zone, known.time_zone))),
        (_("Device with a camera"), _("Yes") if known.has_video else _("No")),
        (_("Internet for video"), _("Yes") if known.has_bandwidth else _("No")),
        (_("Phone to talk on"), _("Yes") if known.has_phone else _("No")),
    ]
    return [{"key": key, "value": value, "href": change} for key, value in rows]
