"""Where each role goes: its home and the few links of its header, as data."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from oncology_clinic.actors import Role


@dataclass(frozen=True, slots=True)
class Item:
    """A link by the name of its page. A page no room offers is left out."""

    name: str
    label: Promise | str


@dataclass(frozen=True, slots=True)
class Shown:
    href: str
    label: str
    is_current: bool


HOMES: dict[str, tuple[str, ...]] = {
    Role.patient: ("visits:home",),
    Role.caregiver: ("caregivers:home", "visits:home"),
    Role.clinician: ("visits:day",),
    Role.nurse_coordinator: ("visits:day", "screening:alerts"),
    Role.administrator: ("front:admin_home",),
    Role.auditor: ("audit:events",),
}

_CLINICAL = (
    Item("visits:day", _("Today")),
    Item("visits:find", _("Patients")),
    Item("visits:requests", _("Requests")),
    Item("screening:alerts", _("Symptom alerts")),
    Item("accounts:profile", _("My account")),
)

LINKS: dict[str, tuple[Item, ...]] = {
    Role.patient: (
        Item("visits:home", _("Visits")),
        Item("screening:mine", _("My answers")),
        Item("billing:ask", _("Coverage")),
        Item("caregivers:mine", _("Helpers")),
        Item("accounts:profile", _("My account")),
    ),
    Role.caregiver: (
        Item("caregivers:home", _("People I help")),
        Item("accounts:profile", _("My account")),
    ),
    Role.clinician: _CLINICAL,
    Role.nurse_coordinator: _CLINICAL,
    Role.administrator: (
        Item("front:admin_home", _("Clinic")),
        Item("accounts:people", _("People")),
        Item("visits:services", _("Services")),
        Item("accounts:profile", _("My account")),
    ),
    Role.auditor: (
        Item("audit:events", _("Audit log")),
        Item("accounts:profile", _("My account")),
    ),
    Role.anonymous: (Item("accounts:sign_in", _("Sign in")),),
}


def address(name: str) -> str:
    """The page's address, or nothing while it does not exist."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def home_of(role: str) -> str:
    """Where this role begins, or nothing when none of its homes exists."""
    return next((found for name in HOMES.get(role, ()) if (found := address(name))), "")


def shown(*, role: str, path: str) -> list[Shown]:
    """The links of a role; the one whose address is the longest beginning of `path` is current."""
    known = [(address(item.name), item) for item in LINKS.get(role, ())]
    present = [(href, item) for href, item in known if href]
    current = max((href for href, _item in present if path.startswith(href)), key=len, default="")
    return [Shown(href=href, label=str(item.label), is_current=href == current) for href, item in present]
