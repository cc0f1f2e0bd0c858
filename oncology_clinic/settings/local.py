"""For one machine: `make run` and `manage.py`. Keys are made once into var/; nothing needs to be set.

The servers are those of the running `make run` (var/run.json), or DATABASE_URL and REDIS_URL.
"""

from __future__ import annotations

import os
import sys

from oncology_clinic.embedded import keyfile, runfile
from oncology_clinic.settings import env
from oncology_clinic.settings.base import *  # noqa: F403
from oncology_clinic.settings.base import CELERY_BROKER_TRANSPORT_OPTIONS, VAR_DIR

_run = runfile.read(VAR_DIR)
# `decide` opens nothing: it runs in a checkout that nobody may write to, and leaves no keys behind.
_keys = keyfile.throwaway() if sys.argv[1:2] == ["decide"] else keyfile.load_or_make(VAR_DIR / "keys.json")

DEBUG = env.flag("CLINIC_DEBUG", default=False)  # /styleguide/ and Django's own error pages
SECRET_KEY = _keys.secret_key
DEMO_SIGN_INS = True
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", default="localhost,127.0.0.1,[::1]")
BASE_URL = os.environ.get("BASE_URL") or _run.get("base_url") or "http://127.0.0.1:8000"

# `manage.py decide` needs no database: the address of nothing is only an error for who asks it something.
DATABASES = {
    "default": env.database(
        os.environ.get("DATABASE_URL") or _run.get("database_url") or "postgres://clinic@127.0.0.1:1/make-run-is-not-up"
    )
}
REDIS_URL = os.environ.get("REDIS_URL") or _run.get("redis_url") or "redis://127.0.0.1:1/0"
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {**CELERY_BROKER_TRANSPORT_OPTIONS, "socket_connect_timeout": 3}

FIELD_ENCRYPTION_KEY = _keys.field
BLIND_INDEX_KEY = _keys.blind_index
AUDIT_PAYLOAD_KEYS = _keys.audit_payload
AUDIT_MAC_KEYS = _keys.audit_mac
AUDIT_INDEX_KEY = _keys.audit_index
AUDIT_SEAL_PRIVATE_KEY = _keys.audit_seal_private
AUDIT_SEAL_PUBLIC_KEYS = [env.public_half(_keys.audit_seal_private)]
AUDIT_ANCHOR_FILE = VAR_DIR / "audit" / "anchor.log"

MAIL_DIR = VAR_DIR / "mail"
SMS_DIR = VAR_DIR / "sms"
DEFAULT_FROM_EMAIL = "clinic@example.org"

STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
