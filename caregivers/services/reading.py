"""Reading grants for those whose they are."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from caregivers import policies, selectors
from oncology_clinic.actors import Actor
from oncology_clinic.errors import NotFound


def helpers_of(patient_id: UUID, *, actor: Actor, now: datetime) -> list[selectors.Helper]:
    """Who may act for the patient now, or will from a later day. Only the patient asks. Raises `not_found`."""
    policies.check_can_manage(actor, patient_id=patient_id)
    return selectors.helpers_of(patient_id, now=now)


def grant_to_end(grant_id: UUID, *, actor: Actor, now: datetime) -> selectors.Helper:
    """The grant somebody is about to end. Raises `not_found` when it is over, unknown or not theirs."""
    found = selectors.grant_not_over(grant_id, now=now)
    if found is None:
        raise NotFound("not_found", str(policies.NOT_FOUND))
    policies.check_can_end(actor, grant=found)
    return selectors.helper(found)
