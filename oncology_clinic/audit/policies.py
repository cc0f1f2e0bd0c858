"""Who may read the log: auditors who have shown their second factor, and nobody else."""

from __future__ import annotations

from django.utils.translation import gettext as _

from oncology_clinic.actors import Actor, Role
from oncology_clinic.errors import Forbidden


def check_can_read_log(actor: Actor) -> None:
    """Raise `wrong_role` or `second_factor_needed` (both 403, both recorded) unless the actor may read the log."""
    if actor.role is not Role.auditor:
        raise Forbidden("wrong_role", _("This page is for another team."))
    if not actor.is_verified:
        raise Forbidden("second_factor_needed", _("Sign in with your second step to see this page."))
