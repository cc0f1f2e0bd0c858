"""Screens, alerts and the people around them, for tests."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from oncology_clinic import access
from oncology_clinic.access import Domain
from oncology_clinic.accounts.models import Account, Patient
from oncology_clinic.actors import Actor, Role
from screening.models import Screen, ScreenRequest
from screening.services import answers, requests
from screening.services.commands import AnswerScreen
from tests.accounts import factories as people

UTC = dt.UTC
MONDAY_NOON = dt.datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # noon in the clinic's zone, an open day


def a_patient(username: str = "patient", **fields: object) -> tuple[Patient, Actor]:
    patient = people.a_patient(username, **fields)
    return patient, replace(people.patient_actor(patient), label=username)


def staff_actor(account: Account, *, is_verified: bool = True) -> Actor:
    return Actor(role=Role(account.role), account_id=account.pk, label=account.username, is_verified=is_verified)


def a_coordinator(username: str = "coordinator") -> Actor:
    return staff_actor(people.staff(username, role="nurse_coordinator"))


def a_clinician(username: str = "clinician") -> Actor:
    return staff_actor(people.staff(username, role="clinician"))


def a_request(patient: Patient, *, now: dt.datetime = MONDAY_NOON, **fields: object) -> ScreenRequest:
    return requests.ask(
        patient_id=patient.id,
        subject_id=uuid4(),
        due_at=now + dt.timedelta(days=3),
        actor=people.patient_actor(patient),
        now=now,
        **fields,  # type: ignore[arg-type]
    )


def answered(
    request: ScreenRequest, actor: Actor, *, now: dt.datetime = MONDAY_NOON, **given: list[int | None]
) -> answers.Answered:
    """Answer instruments of a request by keyword, `nrs_pain=[7]`; the last one's outcome."""
    outcome = None
    for name, values in given.items():
        instrument = {"nrs_pain": "nrs-pain", "distress": "distress-0-10"}.get(name, name)
        outcome = answers.answer_screen(AnswerScreen(request.id, instrument, tuple(values)), actor=actor, now=now)
    assert outcome is not None
    return outcome


def a_screen(patient: Patient, actor: Actor, *, now: dt.datetime = MONDAY_NOON, **given: list[int | None]) -> Screen:
    """One answered instrument of a request of its own."""
    (name,) = given
    instrument = {"nrs_pain": "nrs-pain", "distress": "distress-0-10"}.get(name, name)
    request = a_request(patient, now=now, instruments=[instrument])
    answered(request, actor, now=now, **given)
    return Screen.objects.get(request=request)


@contextmanager
def vouching(monkeypatch: pytest.MonkeyPatch, *pairs: tuple[Actor, UUID]):
    """As a room does: these actors may act for these patients, in any domain. Counts no statement."""
    known = {(actor.account_id, patient_id) for actor, patient_id in pairs}

    def answer(actor: Actor, patient_id: UUID, domain: Domain, now: dt.datetime) -> bool:
        return (actor.account_id, patient_id) in known

    def among(actor: Actor, patient_ids, domain, now):
        return {patient_id for patient_id in patient_ids if answer(actor, patient_id, domain, now)}

    with monkeypatch.context() as patch:
        patch.setattr(access, "_answers", [answer])
        patch.setattr(access, "_among", {answer: among})
        yield
