"""Find a patient by exact values, among those the asker may see. Every search is recorded."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from oncology_clinic import access
from oncology_clinic.access import Domain
from oncology_clinic.accounts import people
from oncology_clinic.accounts.models import Patient
from oncology_clinic.actors import Actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.crypto import blind
from oncology_clinic.errors import Refusal
from visits import policies
from visits.services.commands import FindCommand


def find(command: FindCommand, *, actor: Actor, now: datetime) -> list[Patient]:
    """The patients whom every value given fits, by id; at most 20. Nothing of anybody else's patients is read.

    Raises `wrong_role`, `second_factor_needed` (403); 422 `nothing_to_find` without a value that can be searched.
    """
    policies.check_can_run_visits(actor)
    asked = _indexes(command)
    if not asked:
        raise Refusal("nothing_to_find", _("Give a name, a birth date, an email or a phone number."))
    candidates = people.patient_ids_by_index(asked)
    allowed = access.those_of(actor, patient_ids=candidates, domain=Domain.chart, now=now)
    with transaction.atomic():
        audit.record(
            Action.execute,
            actor=actor,
            category=Category.demographics,
            now=now,
            object_type="accounts.Patient",
            detail={"search_by": sorted(name.removesuffix("_index") for name in asked), "found": len(allowed)},
        )
        found = people.patients(sorted(allowed)[:MOST_SHOWN])
    return list(found.values())


MOST_SHOWN = 20


def _indexes(command: FindCommand) -> dict[str, bytes]:
    """The blind index of each value given, by its column."""
    given = {
        "name": command.name,
        "birth_date": command.birth_date,
        "email": command.email,
        "phone": command.phone,
    }
    made = {f"{kind}_index": blind.index_or_none(kind, value) for kind, value in given.items() if value}
    return {column: index for column, index in made.items() if index is not None}
