"""Second factors on django-otp's devices, with sealed secrets and hashed codes.

The package keeps TOTP secrets in clear hex and static codes in clear text; a stolen
backup would then sign in. Tokens are checked through `django_otp.match_token` only: it
locks the row, so that one token opens one session however many requests race.
"""

from __future__ import annotations

import time
from base64 import b32encode
from binascii import unhexlify
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django_otp.models import Device, DeviceManager, ThrottlingMixin, TimestampMixin
from django_otp.oath import TOTP
from django_otp.util import random_hex

from oncology_clinic.accounts.models.people import Account
from oncology_clinic.audit.contract import NotPhi
from oncology_clinic.crypto.fields import SealedCharField, reveal
from oncology_clinic.crypto.records import ClinicModel, ClinicQuerySet

MAX_FAILURES = 10  # then the device is locked until two administrators reset it
ClinicDeviceManager = DeviceManager.from_queryset(ClinicQuerySet)


def default_key() -> str:
    return str(random_hex(20))


class ClinicDevice(ClinicModel, TimestampMixin, ThrottlingMixin, Device):  # type: ignore[misc]
    """What our devices share: a UUID key, a cap on failures, an account that is never deleted."""

    user = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    confirmed = models.BooleanField(default=False)

    objects = ClinicDeviceManager()  # type: ignore[misc, django-manager-missing]

    class Meta:
        abstract = True

    __str__ = ClinicModel.__str__

    @property
    def persistent_id(self) -> str:
        """As django-otp spells it; the package reads the id back with `int()`."""
        return f"{self.model_label()}/{self.id.int}"

    @property
    def is_locked(self) -> bool:
        return bool(self.throttling_failure_count >= MAX_FAILURES)

    def get_throttle_factor(self) -> int:
        return int(getattr(settings, "OTP_TOTP_THROTTLE_FACTOR", 1))

    def verify_is_allowed(self) -> tuple[bool, dict[str, Any] | None]:
        if self.is_locked:
            return False, {"reason": "LOCKED", "failure_count": self.throttling_failure_count}
        allowed: tuple[bool, dict[str, Any] | None] = super().verify_is_allowed()
        return allowed

    def accept(self) -> bool:
        self.throttle_reset(commit=False)
        self.set_last_used_timestamp(commit=False)
        self.save()
        return True

    def refuse(self) -> bool:
        self.throttle_increment(commit=True)
        return False


class SealedTOTPDevice(ClinicDevice):
    """A time-based code from an app (RFC 6238: SHA-1, six digits, 30 seconds, one step either way)."""

    phi = NotPhi("the second factor of an account; its secret is sealed")

    key = SealedCharField(max_length=80, default=default_key)  # hex
    drift = models.SmallIntegerField(default=0)
    last_t = models.BigIntegerField(default=-1)  # the last accepted step: a code works once

    class Meta:
        ordering = ["created_at", "id"]

    def secret(self) -> str:
        """The secret as apps want it typed: base 32."""
        return b32encode(unhexlify(reveal(self.key))).decode()

    def config_url(self, username: str) -> str:
        """The `otpauth:` address the QR code carries."""
        issuer = str(settings.OTP_TOTP_ISSUER).replace(":", "")
        query = urlencode(
            {"secret": self.secret(), "issuer": issuer, "algorithm": "SHA1", "digits": 6, "period": 30},
            quote_via=quote,
        )
        return f"otpauth://totp/{quote(issuer)}:{quote(username)}?{query}"

    def verify_token(self, token: str) -> bool:
        """Called by `django_otp.match_token` with this row locked; never call it yourself."""
        token = str(token).strip().replace(" ", "")
        if not (len(token) == 6 and token.isascii() and token.isdigit()) or not self.verify_is_allowed()[0]:
            return False  # a recovery code is not a failed code of this device
        totp = TOTP(unhexlify(reveal(self.key)), drift=self.drift)
        totp.time = time.time()
        if not totp.verify(int(token), tolerance=1, min_t=self.last_t + 1):
            return self.refuse()
        self.last_t, self.drift = totp.t(), totp.drift
        return self.accept()


class RecoveryCodeDevice(ClinicDevice):
    """The holder of a person's recovery codes: it carries their throttle and the row lock."""

    phi = NotPhi("the second factor of an account; its codes are hashed")

    class Meta:
        ordering = ["created_at", "id"]

    def verify_token(self, token: str) -> bool:
        """As above. A code that matches is spent."""
        code = normalize_code(token)
        if len(code) != CODE_LENGTH or not self.verify_is_allowed()[0]:
            return False
        unused = RecoveryCode.objects.filter(device=self, used_at=None).order_by("id")
        matching = [row for row in unused if row.matches(code)]
        if not matching:
            return self.refuse()
        matching[0].used_at = timezone.now()
        matching[0].save(update_fields=["used_at"])
        return self.accept()


CODE_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
CODE_LENGTH = 12


def normalize_code(typed: str) -> str:
    return "".join(str(typed).split()).replace("-", "").lower()


class RecoveryCode(ClinicModel):
    """One recovery code, as a keyed hash; works once."""

    phi = NotPhi("a hashed recovery code of an account")

    device = models.ForeignKey(RecoveryCodeDevice, on_delete=models.CASCADE, related_name="codes")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    @staticmethod
    def hash_of(code: str, *, device_id: object, secret: str | bytes | None = None) -> str:
        value = f"{device_id}|{normalize_code(code)}"
        return salted_hmac("clinic.recovery-code", value, secret=secret, algorithm="sha256").hexdigest()

    def matches(self, code: str) -> bool:
        secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        return any(
            constant_time_compare(self.code_hash, self.hash_of(code, device_id=self.device_id, secret=secret))
            for secret in secrets
        )
