"""Reading what was asked of a patient and what has been answered so far. Permission is asked by the services."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from screening.models import Alert, RequestStatus, Screen, ScreenRequest


def one(request_id: UUID) -> ScreenRequest | None:
    """One request, or None. One statement."""
    return ScreenRequest.objects.filter(id=request_id).first()


def held(request_id: UUID) -> ScreenRequest | None:
    """The same, locked until the transaction ends, so that two saves of one request follow each other."""
    return ScreenRequest.objects.select_for_update(of=("self",)).filter(id=request_id).first()


def of_patient(patient_id: UUID, *, limit: int = 40) -> list[ScreenRequest]:
    """The patient's newest requests with their screens (prefetched): what waits first, the next due on top; then
    the rest, the last due on top. Two statements."""
    newest = ScreenRequest.objects.of(patient_id).prefetch_related("screens")[:limit]
    waiting = [request for request in newest if request.status == RequestStatus.asked]
    rest = [request for request in newest if request.status != RequestStatus.asked]
    return waiting[::-1] + rest


def waiting(patient_id: UUID) -> list[ScreenRequest]:
    """What still waits for this patient's answers, the next due first. One statement."""
    return list(ScreenRequest.objects.of(patient_id).waiting().order_by("due_at", "id"))


def of_subjects(subject_ids: Collection[UUID]) -> dict[UUID, ScreenRequest]:
    """The request made for each of these subjects (visits), by subject. One statement for all."""
    found = ScreenRequest.objects.filter(subject_id__in=subject_ids).order_by("asked_at", "id")
    return {request.subject_id: request for request in found}


def standing(subject_ids: Collection[UUID]) -> list[tuple[UUID, str]]:
    """How far the screens asked for these subjects are: to see that nothing changed. One statement."""
    found = ScreenRequest.objects.filter(subject_id__in=subject_ids).order_by("asked_at", "id")
    return list(found.phi_values("id", "status", reason="compared with a list already shown"))


def screens(request_id: UUID) -> dict[str, Screen]:
    """The screens of a request begun so far, by instrument. One statement."""
    return {screen.instrument: screen for screen in Screen.objects.filter(request_id=request_id).order_by("id")}


def live_alerts(request_id: UUID) -> list[Alert]:
    """What the answers of this request have raised and nobody has closed, sickest first, with their screens. One statement."""
    return list(Alert.objects.filter(request_id=request_id).live().sickest_first().select_related("screen"))
