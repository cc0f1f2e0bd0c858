"""A routing decision as a row: what was decided, from which facts, under which rules."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from oncology_clinic.actors import Actor
from oncology_clinic.decisions import Reason
from visits.models import RoutingDecision
from visits.services.considering import Considered


def row(
    considered: Considered,
    *,
    actor: Actor,
    now: datetime,
    final_modality: str = "",
    why: str = "",
    supersedes_id: UUID | None = None,
) -> RoutingDecision:
    """The decision, not yet stored. `why` is a person's own reason where a person changed the outcome."""
    routed = considered.routed
    return RoutingDecision(
        patient_id=considered.patient_id,
        service=considered.service.slug,
        facts=considered.facts.as_dict(),
        verdict=str(routed.decision),
        channel=str(routed.channel) if routed.channel else None,
        urgency=str(routed.urgency),
        lean=str(routed.lean) if routed.lean else None,
        reasons=plain_reasons(routed.reasons),
        tasks=[str(task) for task in routed.tasks],
        computed_modality=routed.computed_modality or "",
        final_modality=final_modality,
        catalogue_revision=routed.revision,
        decided_by_id=actor.account_id,
        decided_at=now,
        why=why or None,
        supersedes_id=supersedes_id,
    )


def plain_reasons(reasons: Iterable[Reason]) -> list[dict[str, str]]:
    """Reasons as they are stored and sent: code, sentence, source title and address."""
    return [
        {"code": reason.code, "text": reason.text, "source": reason.source.title, "url": reason.source.url}
        for reason in reasons
    ]
