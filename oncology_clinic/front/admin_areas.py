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
        _("Working hours"),
        _("Each clinician’s week, with breaks. Free times come from here."),
        ("admin:visits_clinicianhours_changelist",),
    ),
    Area(
        "plane",
        _("Leave"),
        _("When a clinician is away. Those times are not offered."),
        ("admin:visits_clinicianleave_changelist",),
    ),
    Area(
        "building-2",
        _("Sites and rooms"),
        _("Where people come to, the zone of its clock, and its rooms."),
        ("admin:visits_site_changelist",),
    ),
    Area(
        "shield",
        _("Licenses"),
        _("In which states each clinician may practice, from when to when."),
        ("admin:visits_practiceauthority_changelist",),
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
        ("visits:services",),
    ),
    Area(
        "heart-handshake",
        _("Plans"),
        _("The health plans patients can be members of."),
        ("admin:billing_plan_changelist",),
    ),
    Area("list-checks", _("All settings"), _("Everything that can be configured, in plain lists."), ("admin:index",)),
)


def areas() -> list[ShownArea]:
    found = [(next((href for name in area.names if (href := navigation.address(name))), ""), area) for area in AREAS]
    return [
        ShownArea(icon=area.icon, title=str(area.title), text=str(area.text), href=href) for href, area in found if href
    ]
