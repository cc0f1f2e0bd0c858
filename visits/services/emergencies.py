"""An emergency answer: no booking; a script for the patient, an alert, a page to the on-call list, a record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from oncology_clinic.actors import Actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.errors import Refusal
from oncology_clinic.outbox import services as outbox
from screening.services import alerts
from visits.rules.facts import EmergencyFlag
from visits.services import decisions
from visits.services.considering import Considered

TOPIC = "visits.emergency_reported"  # subject: the alert's id


@dataclass(frozen=True, slots=True)
class Emergency:
    """What the patient is told. `numbers` in the order in which to try them."""

    alert_id: UUID
    reasons: tuple[dict[str, str], ...]
    numbers: tuple[str, ...]
    lines: tuple[str, ...]

    def refusal(self) -> Refusal:
        """422 `emergency`, with the script."""
        return Refusal(
            "emergency",
            _("This may be an emergency. Call 911 now."),
            extra={
                "script": {"numbers": list(self.numbers), "lines": list(self.lines)},
                "reasons": list(self.reasons),
            },
        )


def report(considered: Considered, *, actor: Actor, now: datetime) -> Emergency:
    """Store the decision, open an urgent alert, page the on-call list, record it: in the caller's transaction.

    The caller commits before it refuses, so that nothing of this is lost with the refusal.
    """
    decision = decisions.row(considered, actor=actor, now=now)
    decision.save(force_insert=True)
    alert = alerts.open_alert(
        patient_id=considered.patient_id,
        kind="emergency",
        severity="urgent",
        actor=actor,
        now=now,
        note_code=considered.routed.codes[0],
    )
    outbox.publish(TOPIC, subject_id=alert.id, now=now)
    audit.record(
        Action.emergency,
        actor=actor,
        category=Category.routing,
        now=now,
        patient_id=considered.patient_id,
        object_type="visits.RoutingDecision",
        object_id=decision.id,
        detail={"reasons": list(considered.routed.codes)},
    )
    is_suicide = EmergencyFlag.suicide_plan_or_intent in considered.facts.flags
    return Emergency(
        alert_id=alert.id,
        reasons=tuple(decisions.plain_reasons(considered.routed.reasons)),
        numbers=("911", *(("988",) if is_suicide else ()), settings.CLINIC_PHONE),
        lines=tuple(script(is_suicide=is_suicide)),
    )


def script(*, is_suicide: bool) -> list[str]:
    """The emergency script, in the order it is read."""
    lines = [_("Call 911 now, or have someone take you to the nearest emergency room.")]
    if is_suicide:
        lines = [
            _("You matter to us. Call or text 988 now to talk with someone, day or night."),
            _("If you are in danger right now, call 911."),
        ]
    lines.append(_("Tell them you are in cancer care, and which treatment you had last."))
    lines.append(_("Then call us at %(phone)s. We have told our on-call team.") % {"phone": settings.CLINIC_PHONE})
    lines.append(_("We have not booked a visit."))
    return lines
