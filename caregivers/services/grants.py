"""Letting a caregiver act, and ending it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from caregivers import policies
from caregivers.models import Caregiver, CaregiverGrant, clinic_day
from oncology_clinic.access import Domain
from oncology_clinic.accounts.services import invitations
from oncology_clinic.actors import Actor, Role
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.errors import NotFound, Refusal


@dataclass(frozen=True, slots=True)
class NewGrant:
    """Whom a patient lets act for them. `last_day` is the last day that counts; None: until ended."""

    name: str
    email: str
    relationship: str
    scopes: tuple[Domain, ...]
    last_day: date | None = None
    language: str = "en"


MOST_GRANTS = 20  # in force at once: an open mail cannon otherwise


def grant(command: NewGrant, *, patient_id: UUID, actor: Actor, now: datetime) -> CaregiverGrant:
    """Invite a caregiver and let them act from today, once they have a sign-in.

    Raises `not_found` (not the patient), `no_scopes`, `past_day`, `too_many`.
    """
    policies.check_can_manage(actor, patient_id=patient_id)
    _check(command, patient_id=patient_id, now=now)
    with transaction.atomic():
        invitation = invitations.send(
            invitations.Invite(
                role=Role.caregiver,
                name=command.name,
                email=command.email,
                language=command.language,
                patient_id=patient_id,
            ),
            actor=actor,
            now=now,
        )
        caregiver = Caregiver.objects.create(name=command.name, invitation_id=invitation.id)
        made: CaregiverGrant = CaregiverGrant.objects.create(
            patient_id=patient_id,
            caregiver=caregiver,
            scopes=[scope.value for scope in command.scopes],
            relationship=command.relationship or None,
            starts_on=clinic_day(now),
            ends_on=None if command.last_day is None else _day_after(command.last_day),
            granted_by_id=actor.account_id,
            granted_at=now,
        )
        _record(Action.grant, made, actor=actor, now=now, detail={"scopes": list(made.scopes)})
    return made


def revoke(grant_id: UUID, *, actor: Actor, now: datetime) -> CaregiverGrant:
    """End a grant at once; the next request of the caregiver is refused. Raises `not_found`, also when it is over."""
    with transaction.atomic():
        found: CaregiverGrant | None = (
            CaregiverGrant.objects.select_for_update(of=("self",)).not_over(now).filter(id=grant_id).first()
        )
        if found is None:
            raise NotFound("not_found", str(policies.NOT_FOUND))
        policies.check_can_end(actor, grant=found)
        found.revoked_at = now
        found.revoked_by_id = actor.account_id
        found.revoke_reason = "patient_ended" if actor.role is Role.patient else "caregiver_ended"
        found.save()
        waiting = Caregiver.objects.filter(id=found.caregiver_id, account=None).first()
        if waiting is not None and waiting.invitation_id is not None:
            invitations.cancel(waiting.invitation_id, actor=actor, now=now)
        _record(Action.revoke, found, actor=actor, now=now, detail={"reason": found.revoke_reason})
    return found


def _check(command: NewGrant, *, patient_id: UUID, now: datetime) -> None:
    if not command.scopes:
        raise Refusal("no_scopes", _("Choose at least one thing they may do."), field="scopes")
    if command.last_day is not None and command.last_day < clinic_day(now):
        raise Refusal("past_day", _("Choose today or a later day."), field="last_day")
    if CaregiverGrant.objects.not_over(now).filter(patient_id=patient_id).count() >= MOST_GRANTS:
        raise Refusal("too_many", _("Twenty people may help you already. End one of these first."))


def _day_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _record(
    action: Action, grant: CaregiverGrant, *, actor: Actor, now: datetime, detail: dict[str, str | list[str]]
) -> None:
    audit.record(
        action,
        actor=actor,
        category=Category.caregiver,
        now=now,
        patient_id=grant.patient_id,
        object_type="caregivers.CaregiverGrant",
        object_id=grant.id,
        detail=detail,
    )
