"""The routing decision as JSON in and JSON out (contract.md, "routing")."""

from __future__ import annotations

from collections.abc import Sequence

from visits.rules import catalogue as catalogues
from visits.rules import routing
from visits.rules.facts import Facts


def decide(situation: dict[str, object], *, rules: Sequence[object] | None = None) -> dict[str, object]:
    """Answer one situation. `rules` are changes to the built-in catalogue (see `catalogue.amended`).

    Raises `Malformed` on an unknown service, flag or key, a wrong type or a value out of bounds.
    """
    catalogue = catalogues.load() if rules is None else catalogues.amended(rules)
    routed = routing.route(Facts.from_dict(situation), catalogue)
    return {
        "decision": str(routed.decision),
        "channel": routed.channel and str(routed.channel),
        "urgency": str(routed.urgency),
        "lean": routed.lean and str(routed.lean),
        "reasons": list(routed.codes),
        "tasks": [str(task) for task in routed.tasks],
    }
