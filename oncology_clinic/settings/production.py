"""For real patients. Everything comes from the environment; what is missing or unsafe stops the start with a sentence.

Each NAME may also be given as NAME_FILE, the path of a mounted secret.
"""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from oncology_clinic.settings import env
from oncology_clinic.settings.base import *  # noqa: F403
from oncology_clinic.settings.base import CELERY_BROKER_TRANSPORT_OPTIONS, DELIVERY_CHANNELS

DEBUG = False


def _is_loopback(host: str) -> bool:
    if host in {"", "localhost"} or host.startswith("/"):  # nothing, or a socket's directory
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _mac_keys() -> dict[int, str]:
    why = "Give the audit log's MAC keys as NUMBER:KEY, separated by commas; the highest number writes. Keep old ones."
    found: dict[int, str] = {}
    for pair in env.words("AUDIT_MAC_KEYS", why=why):
        number, _, key = pair.partition(":")
        if not number.isdigit() or int(number) in found:
            raise ImproperlyConfigured(f"AUDIT_MAC_KEYS is not readable. {why}")
        found[int(number)] = env.checked_key("AUDIT_MAC_KEYS", key)
    return found


def _database() -> dict[str, object]:
    url = env.text("DATABASE_URL", why="Give the address of PostgreSQL: postgres://user:password@host/name?sslmode=...")
    found = env.database(url)
    options = found["OPTIONS"]
    is_verified = isinstance(options, dict) and options.get("sslmode") == "verify-full"
    if not is_verified and not _is_loopback(str(found["HOST"])) and not env.reason("DATABASE_TLS_OFF"):
        raise ImproperlyConfigured(
            "DATABASE_URL must end with ?sslmode=verify-full, because PostgreSQL is on another machine. "
            "If the way there is private, say why in DATABASE_TLS_OFF."
        )
    return found


def _redis() -> str:
    url = env.text("REDIS_URL", why="Give the address of Redis: rediss://:password@host:6379/0")
    parts = urlsplit(url)
    if parts.scheme not in {"redis", "rediss"}:
        raise ImproperlyConfigured("REDIS_URL must begin with rediss:// or redis://.")
    if parts.scheme == "redis" and not _is_loopback(parts.hostname or "") and not env.reason("REDIS_TLS_OFF"):
        raise ImproperlyConfigured(
            "REDIS_URL must begin with rediss://, because Redis is on another machine. "
            "If the way there is private, say why in REDIS_TLS_OFF."
        )
    return url


def _refuse_shared_keys(keys: list[str]) -> None:
    if len(set(keys)) != len(keys):
        raise ImproperlyConfigured("Two keys are the same. Make each key by itself, so that losing one loses one.")


# -- where it stands ---------------------------------------------------------------------------
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", why="Name the hosts this clinic answers for, separated by commas.")
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name hosts; * would answer for any.")
BASE_URL = env.text("BASE_URL", why="Give the address patients use, for links in letters: https://clinic.example.org")
if not BASE_URL.startswith("https://"):
    raise ImproperlyConfigured("BASE_URL must begin with https://.")
DATABASES = {"default": _database()}
REDIS_URL = _redis()
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {**CELERY_BROKER_TRANSPORT_OPTIONS, "socket_connect_timeout": 3}

# -- keys ----------------------------------------------------------------------------------------
_PHI = "It seals patient data; make it with Fernet.generate_key() and keep it outside the database's backups."
_LOG = "It belongs to the audit log; make it with Fernet.generate_key()."
SECRET_KEY = env.text("SECRET_KEY", why="Make one of 50 random characters or more.")
if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 12:
    raise ImproperlyConfigured("SECRET_KEY must be 50 random characters or more.")
FIELD_ENCRYPTION_KEY = env.secrets("FIELD_ENCRYPTION_KEYS", why=f"{_PHI} Several: newest first, with commas.")
BLIND_INDEX_KEY = env.secret("BLIND_INDEX_KEY", why=_PHI)
AUDIT_PAYLOAD_KEYS = env.secrets("AUDIT_PAYLOAD_KEYS", why=f"{_LOG} Several: newest first, with commas.")
AUDIT_MAC_KEYS = _mac_keys()
AUDIT_INDEX_KEY = env.secret("AUDIT_INDEX_KEY", why=_LOG)

# Only the worker that seals needs the private half; whoever has it could forge seals. The public halves of
# earlier seal keys stay in the list, so that old seals can be checked.
AUDIT_SEAL_PRIVATE_KEY = env.secret("AUDIT_SEAL_PRIVATE_KEY", why=_LOG, default="") or None
_PUBLIC = (
    "Give it wherever AUDIT_SEAL_PRIVATE_KEY is not, so that seals can be checked. Several: newest first, with commas."
)
AUDIT_SEAL_PUBLIC_KEYS = env.secrets(
    "AUDIT_SEAL_PUBLIC_KEYS",
    why=_PUBLIC,
    default=env.public_half(AUDIT_SEAL_PRIVATE_KEY) if AUDIT_SEAL_PRIVATE_KEY else None,
)
AUDIT_ANCHOR_FILE = Path(
    env.text("AUDIT_ANCHOR_FILE", why="Name the file outside the database to which each seal is also written.")
)
_refuse_shared_keys(
    [
        SECRET_KEY,
        BLIND_INDEX_KEY,
        AUDIT_INDEX_KEY,
        *FIELD_ENCRYPTION_KEY,
        *AUDIT_PAYLOAD_KEYS,
        *AUDIT_MAC_KEYS.values(),
        *([AUDIT_SEAL_PRIVATE_KEY] if AUDIT_SEAL_PRIVATE_KEY else []),
    ]
)

# -- letters ---------------------------------------------------------------------------------------
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.text("MAIL_HOST", why="Name the mail server that sends the clinic's letters.")
EMAIL_PORT = env.number("MAIL_PORT", default=587)
EMAIL_HOST_USER = env.text("MAIL_USER", why="Name the account on the mail server.")
EMAIL_HOST_PASSWORD = env.text("MAIL_PASSWORD", why="Give the mail account's password.")
EMAIL_USE_SSL = EMAIL_PORT == 465
EMAIL_USE_TLS = not EMAIL_USE_SSL
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", why="Give the address the clinic's letters come from.")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
SMS_URL = env.text("SMS_URL", default="")
SMS_TOKEN = env.text("SMS_TOKEN", default="") if not SMS_URL else env.text("SMS_TOKEN", why="SMS_URL needs it.")
DELIVERY_CHANNELS = {
    **DELIVERY_CHANNELS,
    "email": "oncology_clinic.outbox.channels.mail.Mail",
    "sms": env.text("SMS_CHANNEL", default="oncology_clinic.outbox.channels.sms.HttpSms") if SMS_URL else "",
}

# -- the way in: TLS only ----------------------------------------------------------------------------
# How many proxies of our own stand in front. They must set X-Forwarded-For and X-Forwarded-Proto themselves;
# with 0 nothing a client says about itself is believed.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", default=0)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]  # asked from inside, without TLS
SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", default=365 * 24 * 3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-clinic_session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrftoken"
LANGUAGE_COOKIE_SECURE = True
LANGUAGE_COOKIE_NAME = "__Host-clinic_language"
CSRF_TRUSTED_ORIGINS = [BASE_URL.rstrip("/")]

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
    # The request's address can hold a record's id; the audit log has it, the console need not.
    "loggers": {"django.request": {"level": "ERROR"}, "django.security": {"level": "WARNING"}},
}
