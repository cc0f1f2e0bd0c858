"""For tests: real PostgreSQL and Redis from the environment (tests/conftest.py starts them), keys made from words."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

from oncology_clinic.settings import env
from oncology_clinic.settings.base import *  # noqa: F403
from oncology_clinic.settings.base import TEMPLATES, VAR_DIR


def _key(word: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(f"tests only: {word}".encode()).digest()).decode()


DEBUG = False
DEMO_SIGN_INS = True
SECRET_KEY = _key("secret")
ALLOWED_HOSTS = ["*"]
# Rule tests need no database; the address is only read when one is used.
DATABASES = {"default": env.database(os.environ.get("DATABASE_URL", "postgres://postgres@127.0.0.1:1/none"))}
DATABASES["default"]["CONN_MAX_AGE"] = 0
REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:1/0")
CELERY_BROKER_URL = REDIS_URL

FIELD_ENCRYPTION_KEY = [_key("field")]
BLIND_INDEX_KEY = _key("blind index")
AUDIT_PAYLOAD_KEYS = [_key("audit payload")]
AUDIT_MAC_KEYS = {1: _key("audit mac")}
AUDIT_INDEX_KEY = _key("audit index")
AUDIT_SEAL_PRIVATE_KEY = _key("audit seal")
AUDIT_SEAL_PUBLIC_KEYS = [env.public_half(AUDIT_SEAL_PRIVATE_KEY)]

# Each test has its own folder (tests/conftest.py); processes beside it are told which.
_FILES = Path(os.environ.get("CLINIC_TEST_DIR") or VAR_DIR / "test")
AUDIT_ANCHOR_FILE = _FILES / "anchor.log"
MAIL_DIR = _FILES / "mail"
SMS_DIR = _FILES / "sms"
DEFAULT_FROM_EMAIL = "clinic@example.org"
BASE_URL = "http://testserver"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "UNDEFINED_VARIABLE[%s]"  # type: ignore[index]
