"""The visits a person may see: their own, those of the patients they care for, those they hold."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from caregivers import selectors as caregivers
from oncology_clinic import access
from oncology_clinic.access import Domain
from oncology_clinic.accounts import policies as account_policies
from oncology_clinic.actors import Actor, Role
from oncology_clinic.errors import Forbidden, NotFound
from screening.selectors import alerts
from visits.models import Appointment, AppointmentEvent
from visits.rules.states import State

MOST_SHOWN = 200
LOOK_BACK = timedelta(days=365)


def mine(actor: Actor, *, now: datetime) -> list[Appointment]:
    """The caller's visits of the last year and all to come, in time order, at most 200; holds are left out.

    Patients: their own. Caregivers: of the patients who granted it. Clinicians: their own day book; a nurse
    coordinator also the visits of patients with an open alert. Others: `wrong_role` (403). One statement, and what
    `access` needs.
    """
    account_policies.check_verified_staff(actor)
    whose = _whose(actor, now=now).filter(starts_at__gte=now - LOOK_BACK)
    shown = whose.exclude(status__in=(State.held, State.expired))
    return list(shown.select_related("clinician", "site").order_by("starts_at", "id")[:MOST_SHOWN])


def upcoming(actor: Actor, *, now: datetime) -> list[Appointment]:
    """Those of `mine` that are still to come or to be decided."""
    return [one for one in mine(actor, now=now) if one.ends_at > now and one.status in _STANDING]


_STANDING = (State.requested, State.booked, State.checked_in, State.in_progress)


def one(actor: Actor, *, appointment_id: UUID, now: datetime) -> Appointment:
    """One visit with clinician, site, decision and coverage joined. Unknown and not yours alike: `not_found` (404)."""
    account_policies.check_verified_staff(actor)
    joined = Appointment.objects.select_related(
        "clinician", "site", "room", "routing_decision", "coverage_check", "patient"
    )
    appointment: Appointment | None = joined.filter(id=appointment_id).first()
    if appointment is None:
        raise NotFound("not_found", _("We could not find that page, or it is not yours to see."))
    access.check_can_act_for(actor, patient_id=appointment.patient_id, domain=Domain.appointments, now=now)
    return appointment


def history(appointment: Appointment) -> list[AppointmentEvent]:
    """What happened to it, oldest first. The caller has been allowed to see the visit. One statement."""
    return list(AppointmentEvent.objects.filter(appointment_id=appointment.id).order_by("at", "id"))


def _whose(actor: Actor, *, now: datetime) -> QuerySet[Appointment]:
    visits = Appointment.objects.all()
    if actor.role is Role.patient and actor.patient_id is not None:
        return visits.of_patient(actor.patient_id)
    if actor.role is Role.caregiver and actor.caregiver_id is not None:
        return visits.filter(patient_id__in=_granted(actor, now=now))
    if actor.role is Role.nurse_coordinator:
        waiting = {alert.patient_id for alert in alerts.open_alerts(actor, now=now)}
        return visits.filter(patient_id__in=waiting) | visits.filter(clinician_id=actor.clinician_id)
    if actor.role is Role.clinician and actor.clinician_id is not None:
        return visits.filter(clinician_id=actor.clinician_id)
    raise Forbidden("wrong_role", _("This page is for another team."))


def _granted(actor: Actor, *, now: datetime) -> list[UUID]:
    granted = caregivers.active_grants(now=now, caregiver_id=actor.caregiver_id, domain=Domain.appointments)
    patient_ids = {grant.patient_id for grant in granted}
    return sorted(patient_ids & {actor.on_behalf_of} if actor.on_behalf_of else patient_ids)
