"""What is the same everywhere. Rooms are named in strings only."""

from __future__ import annotations

import os
from pathlib import Path

# The system's tz data can be years old (Debian 12 has the wrong Vancouver for 2026):
# use the pinned `tzdata` package only. Must happen before the first ZoneInfo.
os.environ["PYTHONTZPATH"] = ""
import zoneinfo

zoneinfo.reset_tzpath(to=[])

from csp.constants import NONE, SELF  # noqa: E402
from django.utils.translation import gettext_lazy as _  # noqa: E402

BASE_DIR = Path(__file__).resolve().parents[2]
# Everything the clinic writes on a developer's machine; CLINIC_VAR lets a trial have its own.
VAR_DIR = Path(os.environ.get("CLINIC_VAR") or BASE_DIR / "var")

INSTALLED_APPS = [
    "oncology_clinic.accounts",
    "oncology_clinic.audit",
    "oncology_clinic.outbox",
    "oncology_clinic.idempotency",
    "caregivers",
    "screening",
    "billing",
    "visits",
    "oncology_clinic",
    "encrypted_model_fields",
    "django_otp",
    "axes",
    "csp",
    "django_htmx",
    "lucide",
    "template_partials",
    "rest_framework",
    "drf_spectacular",
    "oncology_clinic.accounts.admin_config.ClinicAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages weigh a quarter. Random bytes are added, and tokens masked anew, so that lengths tell nothing (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "oncology_clinic.audit.middleware.AccessContextMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "oncology_clinic.accounts.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "oncology_clinic.accounts.middleware.AccountMiddleware",
    "oncology_clinic.accounts.middleware.SecondFactorMiddleware",
    "oncology_clinic.accounts.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "oncology_clinic.pages.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "oncology_clinic.urls"
WSGI_APPLICATION = "oncology_clinic.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "oncology_clinic.pages.clinic_context",
            ],
            "builtins": ["oncology_clinic.templatetags.clinic"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# -- people ----------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
SESSION_ENGINE = "oncology_clinic.accounts.sessions"
SESSION_COOKIE_NAME = "clinic_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_FAILURE_VIEW = "oncology_clinic.front.errors.csrf_failure"
CSRF_COOKIE_HTTPONLY = False  # the API's programs read it, as the REST story says
STAFF_IDLE_MINUTES = 15
PATIENT_IDLE_MINUTES = 30
SESSION_ABSOLUTE_HOURS = 12
INVITATION_HOURS = 72

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_HTTP_RESPONSE_CODE = 429
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # trying on does not keep the true owner out for longer
AXES_LOCKOUT_CALLABLE = "oncology_clinic.accounts.lockout.keep_answer"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
OTP_TOTP_ISSUER = "Lakeside Cancer Care"

# -- the clinic's own words --------------------------------------------------------------
CLINIC_NAME = "Lakeside Cancer Care"
CLINIC_LETTER_NAME = "Lakeside Care"  # in e-mail and SMS: a name that says nothing of the illness
CLINIC_PHONE = "614-555-0142"
CLINIC_TIME_ZONE = "America/New_York"
CLINIC_STATE = "OH"
ON_CALL_EMAILS = ["on-call@lakeside.example"]  # who is paged when a patient reports an emergency
DEMO_SIGN_INS = False  # may seed_demo make people whose passwords it writes down? Never among real patients.
REQUEST_ANSWER_HOURS = 24  # clinic policy: a case decision is promised within this time

# -- language and time -------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LANGUAGE_COOKIE_NAME = "clinic_language"
LOCALE_PATHS = [BASE_DIR / "oncology_clinic" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS = [
    "encrypted_model_fields.W001",
]

# -- what the browser may do ---------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF, "blob:"],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "camera": [],
    "microphone": [],
    "geolocation": [],
    "payment": [],
    "usb": [],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# -- programs --------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["oncology_clinic.api_sessions.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],  # the service's policy decides; api.py refuses the unknown
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["oncology_clinic.api_parsing.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "oncology_clinic.api.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Oncology clinic",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

# What the landing page says the clinic offers; asked at request time.
LANDING_CATALOGUE = "visits.presenters.catalogue.offered"
# What the administrator's home counts: reminders that should have gone and did not.
LATE_REMINDERS = "visits.selectors.reminders.should_have_gone"

# The four deciders of `manage.py decide`, by dotted name: each is
# `decide(situation: dict, *, rules: list | None) -> dict`.
DECIDERS = {
    "routing": "visits.rules.contract.decide",
    "screening": "screening.rules.contract.decide",
    "coverage": "billing.rules.contract.decide",
    "deadlines": "visits.rules.deadlines.decide",
}

# -- Celery: rings the bell; work is claimed from PostgreSQL ------------------------------------
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600}
CELERY_TASK_DEFAULT_QUEUE = "clinic"
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# A ring that nobody answered in time is dropped, so that none pile up behind a slow worker.
CELERY_BEAT_SCHEDULE = {
    name: {"task": task, "schedule": seconds, "options": {"expires": max(seconds, 30.0)}}
    for name, task, seconds in [
        ("send-due-reminders", "visits.tasks.send_due_reminders", 60.0),
        ("expire-holds", "visits.tasks.expire_holds", 60.0),
        ("relay-outbox", "oncology_clinic.outbox.tasks.relay", 2.0),
        ("clear-sessions", "oncology_clinic.accounts.tasks.clear_sessions", 600.0),
        ("clear-drafts", "visits.tasks.clear_drafts", 3600.0),
        ("forget-repeats", "oncology_clinic.idempotency.tasks.forget", 3600.0),
        ("seal-audit", "oncology_clinic.audit.tasks.seal", 5.0),
    ]
}

# -- letters: who sends what (outbox/delivery.py) --------------------------------------------------
DELIVERY_CHANNELS = {
    "email": "oncology_clinic.outbox.channels.files.MailFiles",
    "sms": "oncology_clinic.outbox.channels.files.SmsFiles",
}
SMS_URL = ""  # of a provider, for channels.sms.HttpSms
SMS_TOKEN = ""

# -- models and routes of others, declared here (checked by `manage.py check`) -------------------
AUDIT_MODELS = {
    "admin.LogEntry": "stock admin's own history of configuration rows; no patient model is registered there",
    "auth.Group": "permission groups, unused",
    "auth.Permission": "permission names",
    "contenttypes.ContentType": "names of models",
    "sessions.Session": "unused: our own sealed session table is in accounts",
    "axes.AccessAttempt": "failed sign-ins by username and address; no patient data",
    "axes.AccessFailureLog": "failed sign-ins by username and address; no patient data",
    "axes.AccessAttemptExpiration": "when a lock-out ends; no patient data",
    "axes.AccessLog": "sign-ins by username and address; no patient data",
}
AUDIT_ROUTES = {
    "admin:": "stock admin: only models without patient data are registered (checked)",
    "schema": "the API's own description",
    "static": "files of the product",
}
