"""The session engine: one SQL statement gives the session, its account and the second factor shown in it.

The idle and absolute limits are judged here, on the server, at every load; the cookie's
age is only a courtesy. Named by `SESSION_ENGINE`.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY

from oncology_clinic.actors import STAFF_ROLES

TOUCH_SECONDS = 60  # `last_seen_at` is written at most this often


def hash_key(session_key: str) -> str:
    """What the table holds of a cookie: a stolen table opens no session."""
    return hashlib.sha256(session_key.encode()).hexdigest()


def idle_limit(role: str) -> timedelta:
    """Staff sit at shared screens: 15 minutes; everybody else 30."""
    minutes = settings.STAFF_IDLE_MINUTES if role in STAFF_ROLES else settings.PATIENT_IDLE_MINUTES
    return timedelta(minutes=minutes)


def absolute_limit() -> timedelta:
    return timedelta(hours=settings.SESSION_ABSOLUTE_HOURS)


class SessionStore(SessionBase):
    """As Django's database store, with `account`, `device` and `has_expired` beside the data."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self._row: Any = None
        self._created_at: datetime | None = None
        self._last_seen_at: datetime | None = None
        self.has_expired = False

    @classmethod
    def get_model_class(cls) -> Any:
        from oncology_clinic.accounts.models import ClinicSession  # the engine is imported before the models

        return ClinicSession

    # -- what came with the row ---------------------------------------------------------

    @property
    def account(self) -> Any:
        """The account joined to the loaded session, or None. Costs no statement of its own."""
        self._load_once()
        return self._row.account if self._row is not None else None

    @property
    def device(self) -> Any:
        """The second factor shown in this session, or None."""
        self._load_once()
        if self._row is None:
            return None
        return self._row.totp_device or self._row.recovery_device

    def _load_once(self) -> None:
        self._get_session()  # type: ignore[attr-defined]

    @property
    def key_hash(self) -> str:
        return hash_key(self.session_key) if self.session_key else ""

    # -- Django's hooks -----------------------------------------------------------------

    def load(self) -> dict[str, Any]:
        row = (
            self.get_model_class()
            .objects.select_related("account", "totp_device", "recovery_device")
            .filter(key_hash=self.key_hash)
            .first()
        )
        if row is None:
            self._session_key = None
            return {}
        if self._is_over(row, timezone.now()):
            row.delete()
            self.has_expired = row.account_id is not None
            self._session_key = None
            return {}
        self._row, self._created_at, self._last_seen_at = row, row.created_at, row.last_seen_at
        data: dict[str, Any] = self.decode(row.data)
        return data

    @staticmethod
    def _is_over(row: Any, now: datetime) -> bool:
        role = row.account.role if row.account is not None else ""
        is_over: bool = now - row.last_seen_at >= idle_limit(role) or now - row.created_at >= absolute_limit()
        return is_over

    def exists(self, session_key: str) -> bool:
        return bool(self.get_model_class().objects.filter(key_hash=hash_key(session_key)).exists())

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        now = timezone.now()
        self._created_at = self._created_at or now
        last_seen_at = now if must_create or self._last_seen_at is None else self._last_seen_at
        values = {
            "account_id": _account_id(data),
            "data": self.encode(data),
            "created_at": self._created_at,
            "last_seen_at": last_seen_at,
            **_device_ids(data),
        }
        self._last_seen_at = last_seen_at
        rows = self.get_model_class().objects
        if not must_create:
            if not rows.filter(key_hash=self.key_hash).update(**values):
                raise UpdateError
            return None
        try:
            with transaction.atomic():
                rows.create(key_hash=self.key_hash, **values)
        except IntegrityError:
            raise CreateError from None
        return None

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            self.get_model_class().objects.filter(key_hash=hash_key(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        now = timezone.now()
        rows = cls.get_model_class().objects
        rows.filter(last_seen_at__lt=now - timedelta(minutes=settings.PATIENT_IDLE_MINUTES)).delete()
        rows.filter(created_at__lt=now - absolute_limit()).delete()

    def flush(self) -> None:
        super().flush()
        self._row = self._created_at = self._last_seen_at = None

    # -- the clocks ---------------------------------------------------------------------

    def restart_clock(self, now: datetime) -> None:
        """A new sign-in: the absolute limit counts from here."""
        self._created_at = self._last_seen_at = now
        self.modified = True

    def touch(self, now: datetime) -> None:
        """The person did something. Written at most once a minute, beside the data, so that requests do not race."""
        if self.session_key is None or self._last_seen_at is None:
            return
        if now - self._last_seen_at < timedelta(seconds=TOUCH_SECONDS):
            return
        self.get_model_class().objects.filter(key_hash=self.key_hash).update(last_seen_at=now)
        self._last_seen_at = now


def store_of(request: HttpRequest) -> SessionStore:
    """The request's session as what it is: this engine's."""
    return cast(SessionStore, request.session)


def _account_id(data: dict[str, Any]) -> UUID | None:
    return UUID(data[SESSION_KEY]) if SESSION_KEY in data else None


def _device_ids(data: dict[str, Any]) -> dict[str, UUID | None]:
    """The device django-otp wrote into the data, as a foreign key."""
    label, _, number = str(data.get(DEVICE_ID_SESSION_KEY, "")).rpartition("/")
    device_id = UUID(int=int(number)) if label else None
    return {
        "totp_device_id": device_id if label == "accounts.sealedtotpdevice" else None,
        "recovery_device_id": device_id if label == "accounts.recoverycodedevice" else None,
    }
