"""Housekeeping of sign-in."""

from __future__ import annotations

from celery import shared_task

from oncology_clinic.accounts.sessions import SessionStore


@shared_task(name="oncology_clinic.accounts.tasks.clear_sessions")  # type: ignore[untyped-decorator]
def clear_sessions(**_: object) -> None:
    """Delete the sessions that have run out. They open nothing already: the limits are judged at each load."""
    SessionStore.clear_expired()
