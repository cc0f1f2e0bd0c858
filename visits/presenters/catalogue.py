"""The services in plain words: what the clinic offers from home and in person, and the list programs read."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from oncology_clinic.decisions import Citation
from visits.presenters.decisions import language
from visits.rules import catalogue
from visits.rules.catalogue import Audio, Service, ServiceClass, Topic

_GROUPS = {
    ServiceClass.hard: "in_person",
    ServiceClass.soft: "in_person",
    ServiceClass.case: "depends",
    ServiceClass.tele: "by_video_or_phone",
}


def offered() -> dict[str, list[dict[str, str]]]:
    """For the landing page: three groups of services with `label` and `how`; clinicians' own work is left out."""
    groups: dict[str, list[dict[str, str]]] = {"by_video_or_phone": [], "in_person": [], "depends": []}
    for service in catalogue.load().services.values():
        if service.is_patient_facing:
            groups[_GROUPS[service.kind]].append({"label": service.label.say(language()), "how": how(service)})
    return groups


def bookable() -> list[dict[str, Any]]:
    """For the booking page: the shelves in their order, each with the services a patient can book there."""
    shelves: dict[Topic, list[dict[str, str]]] = {topic: [] for topic in Topic if topic is not Topic.staff}
    for service in catalogue.load().services.values():
        if service.is_patient_facing and service.minutes is not None and service.topic in shelves:
            shelves[service.topic].append(
                {"slug": service.slug, "label": service.label.say(language()), "how": how(service)}
            )
    return [
        {"topic": str(topic), "label": topic_label(topic), "services": found}
        for topic, found in shelves.items()
        if found
    ]


def how(service: Service) -> str:
    """In a few words: in the clinic, by video or phone, or decided case by case."""
    if service.kind is ServiceClass.hard:
        return _("In the clinic")
    if service.kind is ServiceClass.soft:
        return _("In the clinic; by video if your clinician agrees")
    if service.kind is ServiceClass.case:
        return _("Your clinician decides with you")
    if service.is_async:
        return _("By message")
    return _("By video or phone") if service.audio is Audio.yes else _("By video")


def label(slug: str) -> str:
    """The service in the language of the page; a slug nobody knows any more stays itself."""
    service = catalogue.load().services.get(slug)
    return service.label.say(language()) if service else slug


def topic_label(topic: Topic) -> str:
    return {
        Topic.visit: _("Visits with your care team"),
        Topic.treatment: _("Treatment and tests"),
        Topic.medicine: _("Medicines"),
        Topic.screening: _("Finding cancer early"),
        Topic.support: _("Support for you"),
        Topic.caregiver: _("For those who care for you"),
        Topic.staff: _("Between clinicians"),
    }[topic]


def services_as_json() -> list[dict[str, Any]]:
    """Every service: slug, label, class, channels, minutes, source."""
    return [
        {
            "slug": service.slug,
            "label": service.label.say(language()),
            "class": str(service.kind),
            "channels": [str(channel) for channel in service.channels],
            "minutes": service.minutes,
            "minutes_at_most": service.minutes_at_most,
            "source": _source(service.source),
            "basis": service.basis,
        }
        for service in catalogue.load().services.values()
    ]


def _source(citation: Citation) -> dict[str, str]:
    return {"title": citation.title, "url": citation.url, "confidence": str(citation.confidence)}
