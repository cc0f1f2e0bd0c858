"""How the API's own description names our session: registered by being imported (from `api_urls`)."""

from __future__ import annotations

from drf_spectacular.authentication import SessionScheme


class ClinicSessionScheme(SessionScheme):  # type: ignore[no-untyped-call]
    """The session cookie that POST session/ gives."""

    target_class = "oncology_clinic.api_sessions.SessionAuthentication"
    name = "session"
