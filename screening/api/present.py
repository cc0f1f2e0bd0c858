"""Rows as plain JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from oncology_clinic.crypto.fields import reveal
from oncology_clinic.errors import NotFound
from screening.forms import choices
from screening.models import Alert, RequestStatus, Screen, ScreenRequest
from screening.rules import instrument
from screening.rules.instrument import Instrument, words

_UUID_LENGTH = 36


def screen_id(request_id: UUID, instrument_id: str) -> str:
    """A screen's name to programs: known before its first answer makes the row, so that reading writes nothing."""
    return f"{request_id}-{instrument_id}"


def parse_screen_id(text: str) -> tuple[UUID, str]:
    """The request and the instrument. Raises `not_found` (404)."""
    try:
        return UUID(text[:_UUID_LENGTH]), text[_UUID_LENGTH + 1 :]
    except ValueError:
        raise NotFound("not_found", _("We could not find that page, or it is not yours to see.")) from None


def screens(requests: list[ScreenRequest]) -> list[dict[str, Any]]:
    """Every screen of these requests, begun or not."""
    return [entry for request in requests for entry in _of_request(request)]


def _of_request(request: ScreenRequest) -> Iterator[dict[str, Any]]:
    begun = {screen.instrument: screen for screen in request.screens.all()}
    for instrument_id in request.instruments:
        yield _screen(request, instrument.get(instrument_id), begun.get(instrument_id))


def _screen(request: ScreenRequest, asked: Instrument, begun: Screen | None) -> dict[str, Any]:
    language = get_language() or "en"
    completed_at = begun.completed_at if begun else None
    is_withdrawn = request.status == RequestStatus.withdrawn and completed_at is None
    return {
        "id": screen_id(request.id, asked.id),
        "request": request.id,
        "instrument": asked.id,
        "name": words(asked.name, language=language),
        "stem": words(asked.stem, language=language),
        "status": "answered" if completed_at else "withdrawn" if is_withdrawn else "asked",
        "due_at": request.due_at,
        "completed_at": completed_at,
        "items": _items(asked, language=language),
    }


def _items(asked: Instrument, *, language: str) -> list[dict[str, Any]]:
    offered = [{"value": int(value), "text": text} for value, text in choices(asked, language=language) if value]
    return [
        {"code": item.code, "text": words(item.text, language=language), "options": offered} for item in asked.items
    ]


def alert(found: Alert) -> dict[str, Any]:
    return {
        "id": found.id,
        "patient": found.patient_id,
        "kind": found.kind,
        "severity": found.severity,
        "status": found.status,
        "actions": reveal(found.actions) or [],
        "owner": found.owner.username if found.owner else None,
        "opened_at": found.opened_at,
        "due_at": found.due_at,
        "acknowledged_at": found.acknowledged_at,
    }
