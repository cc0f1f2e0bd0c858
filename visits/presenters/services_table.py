"""The catalogue of services as a table for staff: class, channels, length, and the page that says so."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from visits.presenters import catalogue as words
from visits.presenters.decisions import language, modality
from visits.rules import catalogue
from visits.rules.catalogue import Service, ServiceClass, Topic


def page() -> dict[str, Any]:
    shelves: dict[Topic, list[Service]] = {topic: [] for topic in Topic}
    book = catalogue.load()
    for service in book.services.values():
        shelves[service.topic].append(service)
    return {
        "columns": [_("Service"), _("How it is decided"), _("From home"), _("Length"), _("Source")],
        "shelves": [
            {"title": words.topic_label(topic), "rows": [{"cells": _cells(one)} for one in found]}
            for topic, found in shelves.items()
            if found
        ],
        "count": len(book.services),
        "revision": book.revision[:12],
    }


def _cells(service: Service) -> list[dict[str, Any]]:
    channels = ", ".join(modality(str(one)).lower() for one in service.channels) or _("not offered")
    return [
        {"strong": service.label.say(language()), "sub": service.slug, "label": _("Service"), "is_wide": True},
        {"tag": _kind(service), "label": _("How it is decided")},
        {"text": channels, "label": _("From home")},
        {"text": _length(service), "label": _("Length")},
        {
            "text": service.source.title,
            "href": service.source.url,
            "sub": service.basis,
            "label": _("Source"),
            "is_wide": True,
        },
    ]


def _kind(service: Service) -> dict[str, str]:
    return {
        ServiceClass.hard: {"text": _("Always in the clinic")},
        ServiceClass.soft: {"text": _("In the clinic by default"), "tone": "brand"},
        ServiceClass.case: {"text": _("A clinician decides"), "tone": "warn"},
        ServiceClass.tele: {"text": _("From home by default"), "tone": "ok"},
        ServiceClass.clin: {"text": _("Between clinicians")},
        ServiceClass.rpm: {"text": _("Home measurements"), "tone": "ok"},
    }[service.kind]


def _length(service: Service) -> str:
    if service.minutes is None:
        return _("Set case by case")
    if service.minutes_at_most and service.minutes_at_most != service.minutes:
        words_ = {"least": service.minutes, "most": service.minutes_at_most}
        return _("%(least)d to %(most)d min") % words_
    return _("%(count)d min") % {"count": service.minutes}
