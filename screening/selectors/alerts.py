"""Reading alerts. `open_alerts` narrows to what the actor may see; the services ask the policy for one alert."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from oncology_clinic import access
from oncology_clinic.access import Domain
from oncology_clinic.actors import Actor, Role
from screening.models import Alert

MOST_SHOWN = 200


def has_open_alert(patient_id: UUID) -> bool:
    """True while something about this patient waits in the queue. One statement, nothing opened."""
    return Alert.objects.filter(patient_id=patient_id).live().exists()


def patients_with_open_alerts(patient_ids: Collection[UUID]) -> set[UUID]:
    """Of these patients, those with an alert that waits. One statement for all."""
    live = Alert.objects.filter(patient_id__in=patient_ids).live()
    rows = live.phi_values("patient_id", reason="which of the patients asked about have an alert: an access answer")
    return {patient_id for (patient_id,) in rows}


def open_alerts(actor: Actor, *, now: datetime) -> list[Alert]:
    """What waits and this person may see, sickest first, with patient and owner joined; at most 200.

    A nurse coordinator: everything. A clinician: their own patients' (`access`, domain chart).
    Anybody else, or without a second factor: nothing. One statement, and what `access` needs.
    """
    if not (actor.is_clinical and actor.is_verified):
        return []
    live = Alert.objects.live().sickest_first()
    if actor.role is not Role.nurse_coordinator:
        rows = live.phi_values("patient_id", reason="narrowed to the actor's own patients before anything is opened")
        ids = {patient_id for (patient_id,) in rows}
        live = live.filter(patient_id__in=access.those_of(actor, patient_ids=ids, domain=Domain.chart, now=now))
    return list(live.select_related("patient", "owner")[:MOST_SHOWN])


def open_alerts_of(patient_ids: Collection[UUID]) -> dict[UUID, list[Alert]]:
    """The alerts of these patients that wait, sickest first, by patient. One statement for all."""
    found: dict[UUID, list[Alert]] = {}
    for alert in Alert.objects.filter(patient_id__in=patient_ids).live().sickest_first():
        found.setdefault(alert.patient_id, []).append(alert)
    return found


def standing(patient_ids: Collection[UUID]) -> list[tuple[UUID, str, str]]:
    """Which alerts of these patients wait, and how they stand: to see that nothing changed. One statement."""
    live = Alert.objects.filter(patient_id__in=patient_ids).live().order_by("id")
    return list(live.phi_values("id", "severity", "status", reason="compared with a list already shown"))


def one(alert_id: UUID) -> Alert | None:
    """One alert with patient, owner, screen and its events (prefetched). Two statements."""
    joined = Alert.objects.select_related("patient", "owner", "screen")
    return joined.prefetch_related("events").filter(id=alert_id).first()


def brief(alert_id: UUID) -> Alert | None:
    """One alert alone, for an act on it. One statement."""
    return Alert.objects.filter(id=alert_id).first()
