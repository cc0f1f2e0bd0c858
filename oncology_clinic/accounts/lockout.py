"""What django-axes shows when it locks: the answer our own view gave, the same for every username."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse


def keep_answer(request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None) -> HttpResponse:
    return response
