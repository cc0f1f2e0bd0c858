"""Who may do what with sign-ins, and what every clinical page asks of its caller."""

from __future__ import annotations

from django.utils.translation import gettext as _

from oncology_clinic.actors import STAFF_ROLES, Actor, Role
from oncology_clinic.errors import Forbidden


def is_unverified_staff(actor: Actor) -> bool:
    return actor.role in STAFF_ROLES and not actor.is_verified


def check_verified_staff(actor: Actor) -> None:
    """Raise `second_factor_needed` for staff who have not shown a second factor in this session. Others pass."""
    if is_unverified_staff(actor):
        raise Forbidden("second_factor_needed", _("Enter the code from your app before you go on."))


def check_role(actor: Actor, roles: frozenset[Role] | tuple[Role, ...]) -> None:
    """Raise `wrong_role` unless the actor has one of these roles; unverified staff are refused as above."""
    if actor.role not in roles:
        raise Forbidden("wrong_role", _("This page is for another team."))
    check_verified_staff(actor)


def check_administrator(actor: Actor) -> None:
    """Raise unless the actor is an administrator with a verified second factor."""
    check_role(actor, (Role.administrator,))
