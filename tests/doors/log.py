"""What the audit log says, as these tests ask it."""

from __future__ import annotations

from typing import Any

from oncology_clinic.audit import envelope
from oncology_clinic.audit.contract import Action, Outcome
from oncology_clinic.audit.models import Event


def newest_id() -> int:
    return Event.objects.order_by("-id").values_list("id", flat=True).first() or 0


def denied_since(number: int) -> list[dict[str, Any]]:
    """The payloads of the refusals recorded after that event."""
    rows = Event.objects.filter(id__gt=number, action=int(Action.denied)).order_by("id")
    return [envelope.decrypt(row.payload) for row in rows]


def reads_since(number: int, patient_id: Any) -> list[dict[str, Any]]:
    """The payloads of the looks at this patient's record after that event: of what was shown, not of what was refused."""
    index = envelope.blind_index("patient", patient_id)
    shown = Event.objects.filter(id__gt=number, action=int(Action.read), outcome=int(Outcome.ok))
    rows = shown.filter(patient_bidx=index).order_by("id")
    return [envelope.decrypt(row.payload) for row in rows]


def undeclared_since(number: int) -> list[list[str]]:
    """What was opened since then in a category the route does not declare."""
    rows = Event.objects.filter(id__gt=number, action=int(Action.read)).order_by("id")
    opened = [envelope.decrypt(row.payload) for row in rows]
    return [one.get("fields", []) or list(one["records"]) for one in opened if one.get("undeclared")]
