"""What an administrator looks after, as data; an area no room offers yet is left out."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from oncology_clinic.front import navigation


@dataclass(frozen=True, slots=True)
class Area:
    icon: str
    title: Promise | str
    text: Promise | str
    names: tuple[str, ...]  # the first of these pages that exists


@dataclass(frozen=True, slots=True)
class ShownArea:
    icon: str
    title: str
    text: str
    href: str


AREAS = (
    Area(
        "users", _("People"), _("Invite someone, end an account, help with a lost second factor."), ("accounts:people",)
    ),
    Area(
        "calendar",
        _("Clinicians and hours"),
        _("Working hours, breaks, leave, sites and rooms. Free times come from here."),
        ("visits:admin_hours", "admin:visits_clinicianhours_changelist"),
    ),
    Area(
        "shield",
        _("Licenses"),
        _("In which states each clinician may practice, from when to when."),
        ("visits:admin_licences", "admin:visits_practiceauthority_changelist"),
    ),
    Area(
        "wallet",
        _("Coverage rules"),
        _("Dated, cited rules: which plan pays for which visit, in which state."),
        ("billing:rules", "admin:billing_coveragerule_changelist"),
    ),
    Area(
        "file-text",
        _("Services"),
        _("What the clinic offers, how each visit is decided, and the source."),
        ("visits:services", "visits:catalogue"),
    ),
    Area(
        "key-round",
        _("Security"),
        _("Your password and second factor."),
        ("accounts:security", "accounts:profile"),
    ),
    Area("list-checks", _("All settings"), _("Everything that can be configured, in plain lists."), ("admin:index",)),
)


def areas() -> list[ShownArea]:
    found = [(next((href for name in area.names if (href := navigation.address(name))), ""), area) for area in AREAS]
    return [
        ShownArea(icon=area.icon, title=str(area.title), text=str(area.text), href=href) for href, area in found if href
    ]
