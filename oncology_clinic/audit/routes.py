"""Every route of the product and what it declares."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from oncology_clinic.audit.contract import NotPhi, Touches

Declaration = Touches | NotPhi


@dataclass(frozen=True, slots=True)
class Route:
    """One URL pattern: its full name (namespaces included, "admin:" when it has none of its own) and its view."""

    name: str
    pattern: str
    view: Callable[..., Any]


def all_routes(resolver: URLResolver | None = None) -> Iterator[Route]:
    """Every route the resolver knows, included and namespaced ones too."""
    yield from _walk(resolver or get_resolver(), namespaces=(), prefix="")


def _walk(resolver: URLResolver, *, namespaces: tuple[str, ...], prefix: str) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern, namespaces=inner, prefix=path)
        elif isinstance(pattern, URLPattern):
            name = "".join(f"{namespace}:" for namespace in namespaces) + (pattern.name or "")
            yield Route(name=name, pattern=path, view=pattern.callback)


def declaration_of(view: Callable[..., Any]) -> Declaration | None:
    """What the view says it touches: on its class (Django's or DRF's) or on the function itself."""
    for holder in (view, getattr(view, "view_class", None), getattr(view, "cls", None)):
        declared = getattr(holder, "audit", None)
        if isinstance(declared, Touches | NotPhi):
            return declared
    return None


def declared_in_settings(name: str) -> str | None:
    """The reason given in AUDIT_ROUTES for a route of others: by full name, or by namespace ("admin:")."""
    for entry, reason in settings.AUDIT_ROUTES.items():
        if name == entry or (entry.endswith(":") and name.startswith(entry)):
            return str(reason)
    return None


def dotted_name(view: Callable[..., Any]) -> str:
    holder = getattr(view, "view_class", None) or getattr(view, "cls", None) or view
    return f"{getattr(holder, '__module__', '')}.{getattr(holder, '__qualname__', type(holder).__qualname__)}"
