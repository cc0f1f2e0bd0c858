"""Answering: each page is saved when Continue is pressed, each instrument is scored when its last page is saved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from oncology_clinic.actors import STAFF_ROLES, Actor, Role
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import Action, Category
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.errors import Conflict, NotFound, Refusal
from screening import policies
from screening.models import Alert, RequestStatus, Screen, ScreenMode, ScreenRequest
from screening.rules import contract, flags, instrument, pages, scoring
from screening.rules.instrument import Instrument, Trigger
from screening.selectors import requests as selectors
from screening.selectors import signals
from screening.services import alerts
from screening.services.commands import AnswerScreen, SavePage


@dataclass(frozen=True, slots=True)
class Saved:
    """One page saved. `next_number` is None after the last page; `call` is the callback asked for."""

    request_id: UUID
    next_number: int | None
    call: Alert | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """One instrument answered and scored. `result` is the decision of `rules.contract`; `alert` what it raised."""

    request_id: UUID
    instrument: Instrument
    result: dict[str, Any]
    alert: Alert | None
    is_request_done: bool


def save_page(command: SavePage, *, actor: Actor, now: datetime) -> Saved:
    """Save the answers of one page. The last page of an instrument scores it, and may raise its alert.

    A request can be changed until it is sent (`complete`). Raises `not_found` (404), `already_sent`
    and `not_needed` (409), `wrong_length`, `out_of_range` (422), `second_factor_needed` (403).
    """
    with transaction.atomic():
        request = _open_request(command.request_id, actor=actor, now=now)
        page = _page(request, command.number)
        _check_answers(page.instrument, command.answers, count=len(page.items))
        screen = _screen(request, page.instrument)
        answers = list(reveal(screen.answers))
        answers[page.first : page.first + len(page.items)] = command.answers
        _save(screen, answers, actor=actor, now=now, finish=page.is_last_of_instrument)
        call = _ask_for_call(request, actor=actor, now=now) if command.wants_call else None
    total = len(pages.pages(request.instruments))
    return Saved(request.id, page.number + 1 if page.number < total else None, call)


def complete(request_id: UUID, *, actor: Actor, now: datetime) -> ScreenRequest:
    """Send: what was not answered stays unanswered, visibly; after this nothing changes any more.

    Raises `not_found` (404), `already_sent`, `not_needed` (409), `second_factor_needed` (403).
    """
    with transaction.atomic():
        request = _open_request(request_id, actor=actor, now=now)
        begun = selectors.screens(request.id)
        for instrument_id in request.instruments:
            screen = begun.get(instrument_id) or _new_screen(request, instrument.get(instrument_id))
            if screen.completed_at is None:
                _save(screen, reveal(screen.answers), actor=actor, now=now, finish=True)
        _close(request, actor=actor, now=now)
    return request


def answer_screen(command: AnswerScreen, *, actor: Actor, now: datetime) -> Answered:
    """Answer one whole instrument at once. When it was the last of its request, the request is sent.

    Raises as `save_page`, and `already_answered` (409) for an instrument that was answered before.
    """
    with transaction.atomic():
        request = _open_request(command.request_id, actor=actor, now=now)
        if command.instrument not in request.instruments:
            raise not_found()
        asked = instrument.get(command.instrument)
        _check_answers(asked, command.answers)
        begun = selectors.screens(request.id)
        screen = begun.get(asked.id) or _new_screen(request, asked)
        if screen.completed_at is not None:
            raise Conflict("already_answered", _("You have already answered this."))
        padded = [*command.answers, *[None] * (len(asked.items) - len(command.answers))]
        alert = _save(screen, padded, actor=actor, now=now, finish=True)
        done = {name for name, other in begun.items() if other.completed_at} | {asked.id}
        is_done = done >= set(request.instruments)
        if is_done:
            _close(request, actor=actor, now=now)
    return Answered(request.id, asked, reveal(screen.result), alert, is_done)


def ask_for_call(request_id: UUID, *, actor: Actor, now: datetime) -> Alert:
    """ "I would rather talk about this with a nurse", without saving a page. Also after the answers were sent.

    Raises `not_found` (404), `second_factor_needed` (403).
    """
    with transaction.atomic():
        request = selectors.held(request_id)
        if request is None:
            raise not_found()
        policies.check_can_answer(actor, patient_id=request.patient_id, now=now)
        return _ask_for_call(request, actor=actor, now=now)


def not_found() -> NotFound:
    return NotFound("not_found", _("We could not find that page, or it is not yours to see."))


def fingerprint(screened: Instrument, answers: Sequence[int | None]) -> str:
    """SHA-256 of what was answered to which version, over canonical JSON."""
    plain = {"answers": list(answers), "instrument": screened.id, "version": screened.version}
    return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _open_request(request_id: UUID, *, actor: Actor, now: datetime) -> ScreenRequest:
    request = selectors.held(request_id)
    if request is None:
        raise not_found()
    policies.check_can_answer(actor, patient_id=request.patient_id, now=now)
    if request.status == RequestStatus.done:
        raise Conflict("already_sent", _("You have already sent these answers. Your team has them."))
    if request.status == RequestStatus.withdrawn:
        raise Conflict("not_needed", _("These questions are not needed any more."))
    return request


def _page(request: ScreenRequest, number: int) -> pages.Page:
    all_pages = pages.pages(request.instruments)
    if not 1 <= number <= len(all_pages):
        raise not_found()
    return all_pages[number - 1]


def _check_answers(asked: Instrument, answers: Sequence[int | None], *, count: int | None = None) -> None:
    """`count` is the number of answers on a page; without it the whole instrument is meant."""
    if count is None:
        problem = scoring.problem(asked, answers)
    elif len(answers) != count:
        problem = "wrong_length"
    else:
        is_readable = all(answer is None or scoring.is_option(asked, answer) for answer in answers)
        problem = None if is_readable else "out_of_range"
    if problem == "wrong_length":
        raise Refusal("wrong_length", _("The number of answers does not match the number of questions."))
    if problem is not None:
        raise Refusal("out_of_range", _("Choose one of the answers shown."))


def _screen(request: ScreenRequest, asked: Instrument) -> Screen:
    found = Screen.objects.filter(request_id=request.id, instrument=asked.id).first()
    return found or _new_screen(request, asked)


def _new_screen(request: ScreenRequest, asked: Instrument) -> Screen:
    return Screen(
        request_id=request.id,
        patient_id=request.patient_id,
        instrument=asked.id,
        version=asked.version,
        answers=[None] * len(asked.items),
    )


def _save(screen: Screen, answers: list[int | None], *, actor: Actor, now: datetime, finish: bool) -> Alert | None:
    asked = instrument.get(screen.instrument)
    screen.answers = answers
    screen.answers_sha256 = fingerprint(asked, answers)
    screen.version = asked.version
    screen.mode = _mode(actor)
    screen.answered_by_id = actor.account_id
    is_scored = finish or screen.completed_at is not None
    if is_scored:
        _score(screen, asked, answers, now=now)
    screen.save()
    audit.record(
        Action.answer,
        actor=actor.acting_for(screen.patient_id),
        category=Category.screening,
        now=now,
        patient_id=screen.patient_id,
        object_type="screening.Screen",
        object_id=screen.id,
        detail={"instrument": asked.id, "version": asked.version, "is_scored": is_scored},
    )
    return alerts.flag(screen, actions=screen.actions, actor=actor, now=now) if is_scored else None


def _score(screen: Screen, asked: Instrument, answers: list[int | None], *, now: datetime) -> None:
    baseline = _baseline(screen, asked, now=now)
    decided = contract.result(asked, answers, context=flags.Context(baseline=baseline))
    screen.score = None if decided["score"] is None else Decimal(str(decided["score"]))
    screen.band = decided.get("band")
    screen.actions = decided["actions"]
    screen.result = {**decided, "baseline": None if baseline is None else str(baseline)}
    screen.completed_at = now


def _baseline(screen: Screen, asked: Instrument, *, now: datetime) -> Decimal | None:
    """Looked up only for instruments whose actions ask about a rise or an improvement."""
    if not any(rule.needs or rule.on is Trigger.improvement for rule in asked.actions):
        return None
    return signals.last_score(screen.patient_id, instrument_id=asked.id, now=now, apart_from=screen.id)


def _mode(actor: Actor) -> ScreenMode:
    if actor.role is Role.caregiver:
        return ScreenMode.proxy
    return ScreenMode.staff if actor.role in STAFF_ROLES else ScreenMode.self_report


def _ask_for_call(request: ScreenRequest, *, actor: Actor, now: datetime) -> Alert:
    return alerts.ask_for_call(patient_id=request.patient_id, request_id=request.id, actor=actor, now=now)


def _close(request: ScreenRequest, *, actor: Actor, now: datetime) -> None:
    request.status = RequestStatus.done
    request.completed_at = now
    request.save(update_fields=["status", "completed_at"])
    audit.record(
        Action.update,
        actor=actor.acting_for(request.patient_id),
        category=Category.screening,
        now=now,
        patient_id=request.patient_id,
        object_type="screening.ScreenRequest",
        object_id=request.id,
        detail={"status": RequestStatus.done.value},
    )
