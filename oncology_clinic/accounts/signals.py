"""What happens at every sign-in, whoever calls `django.contrib.auth.login`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.utils import timezone

from oncology_clinic.accounts import people, persons
from oncology_clinic.accounts.services import joining
from oncology_clinic.actors import Role


def connect() -> None:
    persons.register(Role.patient, persons.PersonKind(find=people.patient_id_of, join=joining.join_patient))
    for role in (Role.clinician, Role.nurse_coordinator):
        persons.register(role, persons.PersonKind(find=people.clinician_id_of, join=joining.join_clinician))
    user_logged_in.connect(start_session, dispatch_uid="accounts.start_session")


def start_session(sender: Any, *, request: Any, user: Any, **_: Any) -> None:
    """Restart the absolute limit and keep the person's id in the session."""
    session = request.session
    if hasattr(session, "restart_clock"):
        session.restart_clock(timezone.now())
    session[persons.SESSION_ID] = str(persons.find(Role(user.role), account_id=user.pk) or "")
