"""Who calls the API. Apart from `api.py`, because REST framework loads it while its own views are still loading."""

from __future__ import annotations

from rest_framework import authentication
from rest_framework.request import Request


class SessionAuthentication(authentication.SessionAuthentication):
    """Django's session with CSRF; 401 for nobody (the base class would say 403)."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"
