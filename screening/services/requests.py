"""Asking a patient for screens, and taking the question back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from oncology_clinic.actors import Actor
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from screening.models import RequestStatus, ScreenRequest
from screening.rules import instrument, pages


class NotOffered(ValueError):
    """An instrument that is switched off, or whose text the clinic has not supplied. A bug of the caller."""


def ask(
    *,
    patient_id: UUID,
    subject_id: UUID,
    due_at: datetime,
    actor: Actor,
    now: datetime,
    instruments: Sequence[str] = pages.PRE_VISIT,
) -> ScreenRequest:
    """Ask a patient for these screens before `due_at` (aware, UTC). Exactly one INSERT, nothing read.

    `subject_id` is what they are for: opaque here. Called inside the transaction of the act that
    needs the answers (a booking), which has asked its own policy and records its own event.
    The screens themselves are made when the first answer is saved.
    """
    for instrument_id in instruments:
        asked = instrument.get(instrument_id)
        if not (asked.enabled and asked.has_text):
            raise NotOffered(instrument_id)
    return ScreenRequest.objects.create(
        patient_id=patient_id, subject_id=subject_id, instruments=list(instruments), due_at=due_at, asked_at=now
    )


def withdraw(*, subject_id: UUID, patient_id: UUID, actor: Actor, now: datetime) -> int:
    """The visit is off: its unanswered requests are not needed any more. The number withdrawn.

    Answers already saved stay. Called inside the transaction of the act that cancels, like `ask`.
    """
    waiting = ScreenRequest.objects.filter(subject_id=subject_id, patient_id=patient_id).waiting()
    with transaction.atomic():
        withdrawn: int = waiting.update(status=RequestStatus.withdrawn)
        if withdrawn:
            audit.record(
                Action.cancel,
                actor=actor,
                category=Category.screening,
                now=now,
                patient_id=patient_id,
                object_type="screening.ScreenRequest",
                object_id=subject_id,
            )
    return withdrawn


def move(*, subject_id: UUID, due_at: datetime) -> int:
    """The visit has another time: so have its unanswered requests. The number moved. Called like `ask`."""
    return ScreenRequest.objects.filter(subject_id=subject_id).waiting().update(due_at=due_at)
