"""Alerts: opened by an answer, a wish for a call or an emergency; owned, worked and closed by the care teams."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from oncology_clinic.actors import Actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.errors import Conflict, NotFound
from oncology_clinic.outbox import services as outbox
from screening import policies
from screening.models import Alert, AlertEvent, AlertEventKind, AlertKind, AlertStatus, Screen
from screening.rules import deadlines, flags
from screening.rules.flags import RANK, Severity
from screening.selectors import alerts as selectors

TOPIC = "screening.flag_raised"


def open_alert(
    *,
    patient_id: UUID,
    kind: str,
    severity: str,
    actor: Actor,
    now: datetime,
    screen_id: UUID | None = None,
    note_code: str = "",
    request_id: UUID | None = None,
    actions: Sequence[str] = (),
) -> Alert:
    """Put something into the nurse coordinators' queue, with its time, its first event, and a message to tell them.

    `kind`: screen, callback or emergency. `severity`: urgent, soon or routine, which sets `due_at`
    (clinic policy, `rules.deadlines`). `note_code` is a code, kept sealed. Publishes
    `screening.flag_raised` with the alert's id. The caller has asked its policy. Four INSERTs.
    """
    with transaction.atomic():
        alert = Alert.objects.create(
            patient_id=patient_id,
            kind=AlertKind(kind),
            severity=Severity(severity),
            screen_id=screen_id,
            request_id=request_id,
            note_code=note_code or None,
            actions=list(actions),
            opened_at=now,
            due_at=_due_at(kind, severity, now=now),
        )
        _note(alert, AlertEventKind.opened, actor=actor, now=now)
        outbox.publish(TOPIC, subject_id=alert.id, now=now)
        _record(Action.alert, alert, actor=actor, now=now, detail={"kind": str(kind), "severity": str(severity)})
    return alert


def flag(screen: Screen, *, actions: Sequence[str], actor: Actor, now: datetime) -> Alert | None:
    """See that somebody looks at these answers: open the screen's alert, or raise the one that waits.

    Answers that were changed to calmer ones never lower or close an alert: a person does that.
    Returns the alert, or None when the answers ask for nobody and nobody was asked before.
    """
    severity = flags.severity_of(actions)
    waiting: Alert | None = Alert.objects.filter(screen_id=screen.id).live().select_for_update(of=("self",)).first()
    if waiting is not None:
        return _raise(waiting, severity=severity, actions=actions, actor=actor, now=now)
    if severity is None:
        return None
    return open_alert(
        patient_id=screen.patient_id,
        kind=AlertKind.screen,
        severity=severity,
        screen_id=screen.id,
        request_id=screen.request_id,
        actions=actions,
        actor=actor,
        now=now,
    )


def ask_for_call(*, patient_id: UUID, request_id: UUID, actor: Actor, now: datetime) -> Alert:
    """ "I would rather talk about this with a nurse": one open callback a request, however often it is pressed."""
    waiting: Alert | None = Alert.objects.filter(request_id=request_id, kind=AlertKind.callback).live().first()
    if waiting is not None:
        return waiting
    return open_alert(
        patient_id=patient_id,
        kind=AlertKind.callback,
        severity=Severity.soon,
        request_id=request_id,
        actor=actor,
        now=now,
    )


def acknowledge(alert_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Somebody has seen it and handles it; an alert without an owner becomes theirs.

    Raises `not_found` (404), `wrong_role`, `second_factor_needed` (403), `already_acknowledged`, `already_closed` (409).
    """
    alert = _allowed(alert_id, actor=actor, now=now)
    with transaction.atomic():
        changed = Alert.objects.filter(id=alert.id, status=AlertStatus.open).update(
            status=AlertStatus.acknowledged, acknowledged_at=now, owner_id=alert.owner_id or actor.account_id
        )
        if not changed:
            raise _closed() if alert.status == AlertStatus.closed else _picked_up()
        _note(alert, AlertEventKind.acknowledged, actor=actor, now=now)
        _record(Action.acknowledge, alert, actor=actor, now=now)


def take(alert_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Make this person the owner, whoever was before. Raises as `acknowledge`."""
    alert = _allowed(alert_id, actor=actor, now=now)
    with transaction.atomic():
        if not Alert.objects.filter(id=alert.id).live().update(owner_id=actor.account_id):
            raise _closed()
        _note(alert, AlertEventKind.taken, actor=actor, now=now)
        _record(Action.update, alert, actor=actor, now=now, detail={"what": "owner"})


def close(alert_id: UUID, *, outcome: str, actor: Actor, now: datetime) -> None:
    """Close it with what came of it (free text, kept sealed). An alert nobody acknowledged counts as seen now.

    Raises as `acknowledge`.
    """
    alert = _allowed(alert_id, actor=actor, now=now)
    with transaction.atomic():
        changed = (
            Alert.objects.filter(id=alert.id)
            .live()
            .update(
                status=AlertStatus.closed,
                closed_at=now,
                acknowledged_at=alert.acknowledged_at or now,
                owner_id=alert.owner_id or actor.account_id,
            )
        )
        if not changed:
            raise _closed()
        _note(alert, AlertEventKind.closed, actor=actor, now=now, note=outcome)
        _record(Action.update, alert, actor=actor, now=now, detail={"what": "closed"})


def _allowed(alert_id: UUID, *, actor: Actor, now: datetime) -> Alert:
    policies.check_can_work_alerts(actor)
    alert = selectors.brief(alert_id)
    if alert is None:
        raise NotFound("not_found", _("We could not find that page, or it is not yours to see."))
    policies.check_can_see_alert(actor, patient_id=alert.patient_id, now=now)
    return alert


def _closed() -> Conflict:
    return Conflict("already_closed", _("This alert is closed."))


def _picked_up() -> Conflict:
    return Conflict("already_acknowledged", _("Somebody has already picked this up."))


def _raise(alert: Alert, *, severity: Severity | None, actions: Sequence[str], actor: Actor, now: datetime) -> Alert:
    if list(actions) == reveal(alert.actions):
        return alert
    is_worse = severity is not None and RANK[severity] < RANK[alert.severity]
    alert.actions = list(actions) or reveal(alert.actions)
    if is_worse and severity is not None:
        alert.severity = severity
        alert.due_at = min(alert.due_at, _due_at(alert.kind, severity, now=now))
    alert.save(update_fields=["actions", "severity", "due_at"])
    _note(alert, AlertEventKind.raised, actor=actor, now=now)
    if is_worse:
        outbox.publish(TOPIC, subject_id=alert.id, now=now)
    _record(
        Action.alert, alert, actor=actor, now=now, detail={"kind": str(alert.kind), "severity": str(alert.severity)}
    )
    return alert


def _due_at(kind: str, severity: str, *, now: datetime) -> datetime:
    if kind == AlertKind.emergency:
        return deadlines.emergency_due_at(now=now)
    hours = deadlines.Hours(zone=ZoneInfo(settings.CLINIC_TIME_ZONE))
    return deadlines.due_at(Severity(severity), now=now, hours=hours)


def _note(alert: Alert, kind: AlertEventKind, *, actor: Actor, now: datetime, note: str = "") -> None:
    AlertEvent.objects.create(
        alert=alert,
        patient_id=alert.patient_id,
        kind=kind,
        actor_id=actor.account_id,
        actor_label=actor.label,
        at=now,
        note=note or None,
    )


def _record(
    action: Action, alert: Alert, *, actor: Actor, now: datetime, detail: dict[str, audit.Plain] | None = None
) -> None:
    audit.record(
        action,
        actor=actor.acting_for(alert.patient_id),
        category=Category.screening,
        now=now,
        patient_id=alert.patient_id,
        object_type="screening.Alert",
        object_id=alert.id,
        detail=detail,
    )
