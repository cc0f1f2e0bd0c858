"""What the pages and the API show: permission first, then the selectors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from oncology_clinic.accounts import people
from oncology_clinic.actors import Actor, Role
from oncology_clinic.errors import NotFound, Refusal
from screening import policies
from screening.models import Alert, Screen, ScreenRequest
from screening.rules import pages
from screening.selectors import alerts as alert_selectors
from screening.selectors import requests as selectors
from screening.selectors.trends import Trend, trends


@dataclass(frozen=True, slots=True)
class Mine:
    """A patient's requests with their screens; `for_whom` is the patient's name when somebody else looks."""

    patient_id: UUID
    requests: list[ScreenRequest]
    for_whom: str


@dataclass(frozen=True, slots=True)
class OneRequest:
    """A request, its pages, its screens by instrument, and the alerts its answers raised."""

    request: ScreenRequest
    pages: tuple[pages.Page, ...]
    screens: dict[str, Screen]
    alerts: list[Alert]
    for_whom: str


@dataclass(frozen=True, slots=True)
class OneAlert:
    """An alert with its events, the screens of its request by instrument, and the patient's trend."""

    alert: Alert
    screens: list[Screen]
    trend: Trend


def mine(*, patient_id: UUID | None, actor: Actor, now: datetime) -> Mine:
    """The screens asked of one patient: the caller's own, or those of the patient named.

    Raises `say_for_whom` (422) when somebody else names nobody, `not_found` (404), `second_factor_needed` (403).
    """
    asked = patient_id or actor.on_behalf_of or actor.patient_id
    if asked is None:
        if actor.role is Role.patient:
            raise _not_found()
        raise Refusal("say_for_whom", _("Say for which patient."))
    policies.check_can_answer(actor, patient_id=asked, now=now)
    return Mine(asked, selectors.of_patient(asked), _for_whom(asked, actor))


def one_request(request_id: UUID, *, actor: Actor, now: datetime) -> OneRequest:
    """One request with everything saved so far. Raises `not_found` (404), `second_factor_needed` (403)."""
    request = selectors.one(request_id)
    if request is None:
        raise _not_found()
    policies.check_can_answer(actor, patient_id=request.patient_id, now=now)
    return OneRequest(
        request=request,
        pages=pages.pages(request.instruments),
        screens=selectors.screens(request.id),
        alerts=selectors.live_alerts(request.id),
        for_whom=_for_whom(request.patient_id, actor),
    )


def worklist(*, actor: Actor, now: datetime) -> list[Alert]:
    """The alerts that wait and this person may see, sickest first. Raises `wrong_role`, `second_factor_needed` (403)."""
    policies.check_can_work_alerts(actor)
    return alert_selectors.open_alerts(actor, now=now)


def one_alert(alert_id: UUID, *, actor: Actor, now: datetime) -> OneAlert:
    """One alert, open or closed, with the answers behind it.

    Raises `wrong_role`, `second_factor_needed` (403), `not_found` (404).
    """
    policies.check_can_work_alerts(actor)
    alert = alert_selectors.one(alert_id)
    if alert is None:
        raise _not_found()
    policies.check_can_see_alert(actor, patient_id=alert.patient_id, now=now)
    screens = list(selectors.screens(alert.request_id).values()) if alert.request_id else []
    trend = trends([alert.patient_id]).get(alert.patient_id, Trend())
    return OneAlert(alert, screens, trend)


def _for_whom(patient_id: UUID, actor: Actor) -> str:
    return "" if actor.patient_id == patient_id else people.patient_name(people.patient(patient_id))


def _not_found() -> NotFound:
    return NotFound("not_found", _("We could not find that page, or it is not yours to see."))
