"""What the landing page says the clinic offers. The room that knows is named in the settings; here nobody imports it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.conf import settings
from django.utils.module_loading import import_string

Offered = Mapping[str, Sequence[Mapping[str, object]]]
GROUPS = ("by_video_or_phone", "in_person", "depends")


def offered() -> Offered:
    """The services in three groups, each service a mapping with `label` and `how`; empty groups while no room answers."""
    name = getattr(settings, "LANDING_CATALOGUE", "")
    empty: Offered = dict.fromkeys(GROUPS, ())
    if not name:
        return empty
    try:
        answer: Callable[[], Offered] = import_string(name)
    except ImportError:
        return empty
    return {**empty, **answer()}
