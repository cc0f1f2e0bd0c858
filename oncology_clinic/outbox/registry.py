"""Who wants to hear of which topic. Rooms subscribe when the app starts."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Handler(Protocol):
    """Does what a message asks for. Loads by id; safe to run twice with the same `message_id`."""

    def __call__(self, subject_id: UUID, *, message_id: UUID, now: datetime) -> None: ...


_handlers: dict[str, list[Handler]] = {}


def subscribe(topic: str, handler: Handler) -> None:
    """Call `handler` for every message of `topic`. Called from `apps.ready()`."""
    handlers = _handlers.setdefault(topic, [])
    if handler not in handlers:
        handlers.append(handler)


def unsubscribe(topic: str, handler: Handler) -> None:
    _handlers.get(topic, []).remove(handler)


def handlers_of(topic: str) -> tuple[Handler, ...]:
    """In the order of subscription; empty when nobody listens."""
    return tuple(_handlers.get(topic, ()))
