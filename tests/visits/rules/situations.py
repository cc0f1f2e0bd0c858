"""Situations to decide: a plain visit at home, in a state where the clinician may practise, and its changes."""

from __future__ import annotations

from typing import Any

from visits.rules import contract


def situation(service: str, **changes: Any) -> dict[str, Any]:
    """The JSON situation of a visit on a day inside the federal flexibility; None takes a key away."""
    base: dict[str, Any] = {"service": service, "location": "XA", "licensed": ["XA"], "date": "2026-11-23"}
    return {key: value for key, value in (base | changes).items() if value is not None}


def ask(service: str, **changes: Any) -> dict[str, Any]:
    """The decision for that visit."""
    return contract.decide(situation(service, **changes))


def verdict(answer: dict[str, Any]) -> tuple[Any, ...]:
    """Decision, channel, lean, and the reason codes in order."""
    return answer["decision"], answer["channel"], answer["lean"], answer["reasons"]
