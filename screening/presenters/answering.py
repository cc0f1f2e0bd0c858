"""What the patient's pages print, prepared: templates compare nothing and format nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from oncology_clinic.crypto.fields import reveal
from screening import wording
from screening.forms import field_name
from screening.models import AlertKind, AlertSeverity, RequestStatus, ScreenRequest
from screening.rules import pages
from screening.rules.instrument import Instrument, words
from screening.services.reading import Mine, OneRequest
from screening.wording import answer_words, screen_name


def mine(found: Mine) -> dict[str, Any]:
    """The list page: what waits, then what is done."""
    waiting = [request for request in found.requests if request.status == RequestStatus.asked]
    done = [request for request in found.requests if request.status == RequestStatus.done]
    return {
        "waiting": [_request_card(request) for request in waiting],
        "done": [_done_line(request) for request in done],
        "acting_for": found.for_whom,
    }


def _request_card(request: ScreenRequest) -> dict[str, Any]:
    has_begun = bool(request.screens.all())
    return {
        "title": _("Questions before your visit"),
        "text": _("Answer by %(day)s. It takes about two minutes.") % {"day": wording.day(request.due_at)},
        "tag": {"text": _("Started"), "tone": "brand"} if has_begun else {"text": _("New")},
        "href": _href("start", request),
        "action": _("Go on with these questions") if has_begun else _("Answer these questions"),
        "lines": [{"icon": "circle", "text": screen_name(name)} for name in request.instruments],
    }


def _done_line(request: ScreenRequest) -> dict[str, str]:
    sent = request.completed_at or request.asked_at
    return {
        "icon": "circle-check",
        "text": _("Sent on %(day)s:") % {"day": wording.day(sent)},
        "strong": ", ".join(screen_name(name) for name in request.instruments),
    }


def start(found: OneRequest) -> dict[str, Any]:
    """The first page of a request. It goes on where the person stopped."""
    count = sum(len(page.items) for page in found.pages)
    return {
        "acting_for": found.for_whom,
        "is_open": is_open(found),
        "sub": ngettext("%(count)d question", "%(count)d questions", count) % {"count": count},
        "names": [{"icon": "circle", "text": screen_name(name)} for name in found.request.instruments],
        "first_href": _first_unseen(found),
        "has_begun": bool(found.screens),
        "talk_href": _href("talk", found.request),
        "status_text": found.request.get_status_display(),
        "back_href": mine_href(found),
    }


def _first_unseen(found: OneRequest) -> str:
    for page in found.pages:
        screen = found.screens.get(page.instrument.id)
        if screen is None or screen.completed_at is None:
            return page_href(found.request, page.number)
    return _href("check", found.request)


def page_href(request: ScreenRequest, number: int) -> str:
    return reverse("screening:page", kwargs={"request_id": request.id, "number": number})


def question(found: OneRequest, page: pages.Page, *, now: datetime, is_change: bool) -> dict[str, Any]:
    """One page of questions."""
    language = get_language() or "en"
    back = page_href(found.request, page.number - 1) if page.number > 1 else _href("start", found.request)
    pressing = [alert for alert in found.alerts if alert.severity != AlertSeverity.routine]
    return {
        "acting_for": found.for_whom,
        "eyebrow": _("Page %(number)d of %(total)d") % {"number": page.number, "total": len(found.pages)},
        "title": words(page.items[0].text, language=language) if len(page.items) == 1 else _stem(page.instrument),
        "has_one_question": len(page.items) == 1,
        "stem": words(page.instrument.stem, language=language) if len(page.items) == 1 else "",
        "calm_words": " ".join(wording.next_steps(pressing, now=now)) if pressing else "",
        "back_href": _href("check", found.request) if is_change else back,
        "is_change": is_change,
    }


def _stem(asked: Instrument) -> str:
    return words(asked.stem, language=get_language() or "en") or screen_name(asked.id)


def answers_so_far(found: OneRequest, page: pages.Page) -> list[int | None]:
    """The saved answers of one page's items."""
    screen = found.screens.get(page.instrument.id)
    if screen is None:
        return [None] * len(page.items)
    saved: list[int | None] = reveal(screen.answers)
    return saved[page.first : page.first + len(page.items)]


def check(found: OneRequest) -> dict[str, Any]:
    """All answers, each with a way to change it."""
    rows = []
    for page in found.pages:
        for item, answer in zip(page.items, answers_so_far(found, page), strict=True):
            rows.append(
                {
                    "key": words(item.text, language=get_language() or "en"),
                    "value": answer_words(page.instrument, answer),
                    "href": f"{page_href(found.request, page.number)}?next=check",
                }
            )
    return {
        "acting_for": found.for_whom,
        "rows": rows,
        "is_open": is_open(found),
        "back_href": page_href(found.request, len(found.pages)),
        "mine_href": mine_href(found),
        "talk_href": _href("talk", found.request),
    }


def thanks(found: OneRequest, *, now: datetime) -> dict[str, Any]:
    """What happens next, in sentences the queue keeps."""
    return {
        "acting_for": found.for_whom,
        "sentences": wording.next_steps(found.alerts, now=now),
        "title": _thanks_title(found),
        "is_open": is_open(found),
        "is_pressing": any(alert.severity != AlertSeverity.routine for alert in found.alerts),
        "mine_href": mine_href(found),
        "go_on_href": _href("start", found.request),
    }


def _thanks_title(found: OneRequest) -> str:
    if found.request.status == RequestStatus.done:
        return _("Your answers are sent")
    has_call = any(alert.kind == AlertKind.callback for alert in found.alerts)
    return _("We will call you") if has_call else _("Your answers so far are saved")


def is_open(found: OneRequest) -> bool:
    """May answers still be given or changed?"""
    return found.request.status == RequestStatus.asked


def initial(found: OneRequest, page: pages.Page) -> dict[str, int | None]:
    """The saved answers of a page as its form's first values."""
    saved = answers_so_far(found, page)
    return {field_name(position): value for position, value in zip(page.positions, saved, strict=True)}


def mine_href(found: OneRequest) -> str:
    """Back to the list: of the patient acted for, when somebody else acts."""
    address = reverse("screening:mine")
    return f"{address}?patient={found.request.patient_id}" if found.for_whom else address


def _href(name: str, request: ScreenRequest) -> str:
    return reverse(f"screening:{name}", kwargs={"request_id": request.id})
