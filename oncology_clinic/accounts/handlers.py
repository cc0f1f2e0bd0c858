"""What this room does when the outbox rings."""

from __future__ import annotations

from oncology_clinic.accounts import letters
from oncology_clinic.accounts.services import invitations, life, passwords, second_factor
from oncology_clinic.outbox import registry


def subscribe() -> None:
    registry.subscribe(invitations.INVITED_TOPIC, invitations.send_letter)
    registry.subscribe(passwords.RESET_TOPIC, passwords.send_reset_letters)
    registry.subscribe(second_factor.LOCKED_TOPIC, letters.second_factor_locked)
    registry.subscribe(life.RESET_DONE_TOPIC, letters.second_factor_was_reset)
