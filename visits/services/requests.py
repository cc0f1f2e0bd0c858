"""A clinician answers a request: in the clinic, from home, or not at all, with a reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.services import coverage
from oncology_clinic.actors import Actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.errors import Conflict, Refusal
from oncology_clinic.outbox import services as outbox
from visits import policies
from visits.models import Appointment, RoutingDecision
from visits.rules import catalogue
from visits.rules.findings import Verdict
from visits.rules.states import State
from visits.services import assembly, calendar, decisions, events, finding, races, reminders
from visits.services.commands import Answers, DecideCommand
from visits.services.considering import Considered, consider

DECIDED = "visits.request_decided"
DECLINE = "decline"


def decide(command: DecideCommand, *, actor: Actor, now: datetime) -> Appointment:
    """The visit, booked as the clinician decided, or cancelled when declined. The earlier decision stays.

    Raises `not_found` (404), `wrong_role`, `second_factor_needed`, `not_your_request` (403);
    409 `already_decided`, `too_late`, `slot_taken` (no room is free); 422 `override_refused` where the service is
    hands-on or the law forbids, `reason_missing`.
    """
    appointment = finding.for_act(command.appointment_id, actor=actor, now=now)
    policies.check_can_decide(actor, clinician_id=appointment.clinician_id)
    if appointment.status != State.requested:
        raise Conflict("already_decided", _("This request has been decided already."))
    if appointment.starts_at <= now:
        raise Conflict("too_late", _("The time of this request has passed. Offer the patient another one."))
    if not command.reason.strip():
        raise Refusal("reason_missing", _("Write the reason in a sentence."), field="reason")
    acting = actor.acting_for(appointment.patient_id)
    considered = _considered(appointment, command=command, now=now)
    if command.verdict == DECLINE:
        return _decline(appointment, considered=considered, command=command, actor=acting, now=now)
    _check_not_refused(considered, verdict=command.verdict)
    modality = _modality(considered)
    try:
        with transaction.atomic():
            return _settle(
                appointment, considered=considered, modality=modality, command=command, actor=acting, now=now
            )
    except (IntegrityError, OperationalError) as error:
        busy = races.who_is_busy(error)
    raise races.slot_taken(
        busy=busy,
        calendar=considered.record.calendar,
        clinician_id=appointment.clinician_id,
        patient_id=appointment.patient_id,
        starts_at=appointment.starts_at,
        minutes=int((appointment.ends_at - appointment.starts_at).total_seconds() // 60),
        in_person=modality == "in_person",
        now=now,
    )


def _considered(appointment: Appointment, *, command: DecideCommand, now: datetime) -> Considered:
    earlier = finding.facts_of(appointment)
    return consider(
        patient_id=appointment.patient_id,
        service_slug=appointment.service,
        clinician_id=appointment.clinician_id,
        start=appointment.starts_at,
        location=command.location or appointment.patient_location,
        answers=assembly.answers_of(earlier) if earlier else Answers(),
        now=now,
        override="" if command.verdict == DECLINE else command.verdict,
        earlier=earlier,
    )


def _check_not_refused(considered: Considered, *, verdict: str) -> None:
    """Law and hands-on care are not the clinician's to move; neither is an emergency."""
    routed = considered.routed
    refused = next((code for code in routed.codes if code.startswith("override_refused")), None)
    if refused is not None:
        sentence = catalogue.load().wording.sentence(refused, language=get_language() or "en")
        reasons = decisions.plain_reasons(routed.reasons)
        raise Refusal("override_refused", sentence, field="verdict", extra={"reasons": reasons})
    if str(routed.decision) != verdict:
        sentence = catalogue.load().wording.sentence(routed.codes[0], language=get_language() or "en")
        raise Refusal("override_refused", sentence, field="verdict")


def _modality(considered: Considered) -> str:
    routed = considered.routed
    if routed.modality is not None:
        return routed.modality
    channels = considered.service.channels
    if routed.decision is Verdict.telehealth and channels:
        return str(channels[0])
    raise Refusal("override_refused", _("This service is not offered from home."), field="verdict")


def _settle(
    appointment: Appointment,
    *,
    considered: Considered,
    modality: str,
    command: DecideCommand,
    actor: Actor,
    now: datetime,
) -> Appointment:
    in_person = modality == "in_person"
    races.lock(appointment.clinician_id, appointment.patient_id, appointment.site_id if in_person else None)
    decision = _supersede(
        appointment, considered=considered, final_modality=modality, command=command, actor=actor, now=now
    )
    check = coverage.store(considered.coverage.of(modality), patient_id=appointment.patient_id, actor=actor, now=now)
    room = races.free_room(
        site_id=appointment.site_id,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        besides=appointment.id,
    )
    waiting = Appointment.objects.filter(id=appointment.id, status=State.requested, starts_at=appointment.starts_at)
    changed = waiting.update(
        status=State.booked,
        request_due_at=None,
        modality=modality,
        room_id=room if in_person else None,
        routing_decision_id=decision.id,
        coverage_check_id=check.id,
        patient_location=considered.location,
    )
    if not changed:
        raise Conflict("already_decided", _("This request has been decided already."))
    decided: Appointment = Appointment.objects.select_related("routing_decision", "patient").get(id=appointment.id)
    detail = {"verdict": command.verdict}
    events.row(decided, kind="decided", actor=actor, now=now, from_status=State.requested, detail=detail).save(
        force_insert=True
    )
    reminders.plan(decided, patient=considered.record.patient, now=now)
    _publish_and_record(decided, decision_id=decision.id, verdict=command.verdict, actor=actor, now=now)
    return decided


def _decline(
    appointment: Appointment, *, considered: Considered, command: DecideCommand, actor: Actor, now: datetime
) -> Appointment:
    with transaction.atomic():
        decision = _supersede(
            appointment, considered=considered, final_modality="", command=command, actor=actor, now=now
        )
        calendar.close(appointment, kind="declined", reason="declined", words=command.reason, actor=actor, now=now)
        Appointment.objects.filter(id=appointment.id).update(routing_decision_id=decision.id)
        _publish_and_record(appointment, decision_id=decision.id, verdict=DECLINE, actor=actor, now=now)
    return appointment


def _supersede(
    appointment: Appointment,
    *,
    considered: Considered,
    final_modality: str,
    command: DecideCommand,
    actor: Actor,
    now: datetime,
) -> RoutingDecision:
    decision = decisions.row(
        considered,
        actor=actor,
        now=now,
        final_modality=final_modality,
        why=command.reason,
        supersedes_id=appointment.routing_decision_id,
    )
    decision.save(force_insert=True)
    return decision


def _publish_and_record(
    appointment: Appointment, *, decision_id: UUID, verdict: str, actor: Actor, now: datetime
) -> None:
    outbox.publish(DECIDED, subject_id=appointment.id, now=now)
    audit.record(
        Action.decide,
        actor=actor,
        category=Category.routing,
        now=now,
        patient_id=appointment.patient_id,
        object_type="visits.RoutingDecision",
        object_id=decision_id,
        detail={"verdict": verdict},
    )
