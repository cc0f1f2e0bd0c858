"""Links a caregiver to their sign-in when they accept an invitation."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from caregivers.models import Caregiver, CaregiverGrant


def join(invitation: Any, account_id: UUID, facts: dict[str, Any], now: datetime) -> UUID | None:
    """Give the invited caregiver this account; with an account that helps somebody already, hand the grants over.

    In the caller's transaction. Returns the caregiver's id, or None when no patient invited them.
    """
    invited = Caregiver.objects.select_for_update().filter(invitation_id=invitation.id).first()
    known = Caregiver.objects.filter(account_id=account_id).first()
    if invited is None:
        return UUID(str(known.id)) if known else None
    if known is not None:
        CaregiverGrant.objects.filter(caregiver=invited).update(caregiver=known)
        return UUID(str(known.id))
    invited.account_id = account_id
    invited.save()
    return UUID(str(invited.id))
