"""`manage.py check`: nothing undeclared, no patient in the stock admin, secrets that are secrets."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import ENVIRONMENT_VARIABLE, settings
from django.contrib.admin import sites
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, models

from oncology_clinic.audit import routes
from oncology_clinic.audit.contract import NotPhi, Phi
from oncology_clinic.crypto import keys, secrets
from oncology_clinic.crypto.fields import SealedMixin
from oncology_clinic.crypto.records import ClinicModel, ClinicQuerySet

MIDDLEWARE = "oncology_clinic.audit.middleware.AccessContextMiddleware"
_READS_PEOPLE = ("sessions", "authentication", "auth.", "accounts", "otp", "pages")
_TEST_WORDS = ("secret", "field", "blind index", "audit payload", "audit mac", "audit index", "audit seal")


# -- models ------------------------------------------------------------------------------


def check_models(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Every model says whose records it holds; what is sealed can be sealed."""
    found: list[checks.CheckMessage] = []
    for model in apps.get_models(include_auto_created=True):
        found += check_model(model)
    return found


def check_model(model: type[models.Model]) -> list[checks.CheckMessage]:
    return [
        *_undeclared(model),
        *_patient_column_missing(model),
        *_sealed_without_key(model),
        *_sealed_in_meta(model),
        *_unguarded(model),
    ]


def _declaration(model: type[models.Model]) -> Phi | NotPhi | None:
    through: Any = model._meta.auto_created
    declared = getattr(through if through else model, "phi", None)
    return declared if isinstance(declared, Phi | NotPhi) else None


def _undeclared(model: type[models.Model]) -> Iterator[checks.CheckMessage]:
    declared = _declaration(model)
    through: Any = model._meta.auto_created
    label = (through._meta if through else model._meta).label
    is_reasoned = declared is not None and (isinstance(declared, Phi) or bool(declared.reason.strip()))
    if not is_reasoned and not settings.AUDIT_MODELS.get(label):
        yield checks.Error(
            f"{label} does not say whose records it holds.",
            hint="Give the model `phi = Phi(category)` or `phi = NotPhi(reason)`; list models of others in AUDIT_MODELS.",
            obj=model,
            id="clinic.E003",
        )


def _patient_column_missing(model: type[models.Model]) -> Iterator[checks.CheckMessage]:
    declared = _declaration(model)
    columns = {field.attname for field in model._meta.concrete_fields}
    if isinstance(declared, Phi) and not model._meta.auto_created and declared.patient not in columns:
        yield checks.Error(
            f"{model._meta.label} holds records of a patient and has no column {declared.patient}.",
            hint="Every patient row carries its patient's id itself, so that each look can be recorded.",
            obj=model,
            id="clinic.E004",
        )


def _sealed_without_key(model: type[models.Model]) -> Iterator[checks.CheckMessage]:
    key: Any = model._meta.pk
    while getattr(key, "remote_field", None):
        key = key.target_field
    is_made_here = isinstance(key, models.UUIDField) and (key.has_default() or model._meta.pk is not key)
    if _sealed(model) and not is_made_here:
        yield checks.Error(
            f"{model._meta.label} has sealed fields and no UUID key made in Python: values are sealed for their row.",
            obj=model,
            id="clinic.E005",
        )


def _sealed_in_meta(model: type[models.Model]) -> Iterator[checks.CheckMessage]:
    sealed = {field.name for field in _sealed(model)}
    named = {str(name).lstrip("-") for name in model._meta.ordering or ()}
    for group in model._meta.unique_together:
        named |= set(group)
    for rule in [*model._meta.indexes, *model._meta.constraints]:
        named |= set(getattr(rule, "fields", ()))
    if sealed & named:
        yield checks.Error(
            f"{model._meta.label} orders, indexes or constrains sealed fields: equal values look different.",
            hint="Use a blind index column.",
            obj=model,
            id="clinic.E006",
        )


def _unguarded(model: type[models.Model]) -> Iterator[checks.CheckMessage]:
    """A manager of its own, made of a stock queryset, would know no ledger and no seals."""
    if not issubclass(model, ClinicModel):
        return
    for manager in model._meta.managers:
        if not isinstance(manager.get_queryset(), ClinicQuerySet):
            yield checks.Error(
                f"{model._meta.label}.{manager.name} reads past the ledger.",
                hint="Make its queryset a ClinicQuerySet.",
                obj=model,
                id="clinic.E016",
            )


def _sealed(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if isinstance(field, SealedMixin)]


def check_admin(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """The stock admin shows no patient: it would pass policies and purposes by."""
    found: list[checks.CheckMessage] = []
    for site in sites.all_sites:
        for model, admin in site._registry.items():
            shown = [model, *(inline.model for inline in admin.inlines)]
            found += [
                checks.Error(
                    f"{one._meta.label} holds records of patients and is shown in the admin.",
                    obj=type(admin),
                    id="clinic.E007",
                )
                for one in shown
                if isinstance(_declaration(one), Phi)
            ]
    return found


# -- routes ------------------------------------------------------------------------------


def check_routes(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Every route says what it touches, or stands with a reason in AUDIT_ROUTES."""
    return [error for route in routes.all_routes() for error in check_route(route)]


def check_route(route: routes.Route) -> list[checks.CheckMessage]:
    declared = routes.declaration_of(route.view)
    if declared is None and routes.declared_in_settings(route.name):
        return []
    if declared is not None and (not isinstance(declared, NotPhi) or declared.reason.strip()):
        return []
    return [
        checks.Error(
            f"The route /{route.pattern} ({route.name or 'no name'}) does not say what it touches.",
            hint="Give the view `audit = touches(Category...)` or `audit = NotPhi(reason)`.",
            obj=routes.dotted_name(route.view),
            id="clinic.E008",
        )
    ]


def check_middleware(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """The access context opens before anything that knows people."""
    order = list(settings.MIDDLEWARE)
    place = order.index(MIDDLEWARE) if MIDDLEWARE in order else len(order)
    before = [name for name in order[:place] if any(part in name for part in _READS_PEOPLE)]
    if place < len(order) and not before:
        return []
    return [
        checks.Error(
            "AccessContextMiddleware must stand in MIDDLEWARE before sessions and sign-in, or looks go unrecorded.",
            id="clinic.E009",
        )
    ]


# -- secrets -----------------------------------------------------------------------------


def check_secrets(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Each secret is there, long enough, its own, and nobody's default."""
    try:
        configured = list(secrets.all_secrets())
    except ImproperlyConfigured as error:
        return [checks.Error(str(error), id="clinic.E010")]
    found: list[checks.CheckMessage] = []
    seen: dict[bytes, str] = {secrets.signing_secret(): "SECRET_KEY"}
    for name, key in configured:
        if key in seen:
            found.append(
                checks.Error(f"{name} and {seen[key]} are the same key.", hint="Make one each.", id="clinic.E011")
            )
        seen.setdefault(key, name)
        if _is_weak(key):
            found.append(
                checks.Error(
                    f"{name} is a default or a pattern, not a random key.",
                    hint='python -c "import secrets, base64; '
                    'print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())"',
                    id="clinic.E012",
                )
            )
    return found


def _is_weak(key: bytes) -> bool:
    """A text, a repeated pattern, or one of the keys that stand in our test settings."""
    is_text = all(32 <= byte < 127 for byte in key)
    is_test_key = key in _test_keys() and not _are_test_settings()
    return is_text or len(set(key)) < 12 or is_test_key


def _are_test_settings() -> bool:
    return os.environ.get(ENVIRONMENT_VARIABLE, "").endswith(".test")


def _test_keys() -> set[bytes]:
    return {hashlib.sha256(f"tests only: {word}".encode()).digest() for word in _TEST_WORDS}


def check_keys_open_database(
    app_configs: Any = None, databases: Any = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """With `--database default`: the configured keys are those the database was written with."""
    if not databases:
        return []
    try:
        keys.check_fingerprints(register=False)
    except keys.KeysDoNotFit as error:
        return [checks.Error(str(error), id="clinic.E013")]
    except (DatabaseError, ImproperlyConfigured) as error:
        return [
            checks.Error(f"The keys could not be compared with the database: {type(error).__name__}.", id="clinic.E014")
        ]
    return []


def check_anchor(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """For deployments: seals are also written outside the database."""
    if getattr(settings, "AUDIT_ANCHOR_FILE", None):
        return []
    return [
        checks.Error("AUDIT_ANCHOR_FILE is not set: a seal kept only in the database proves nothing.", id="clinic.E015")
    ]


def register() -> None:
    """Called once, when the app is ready."""
    for check in (check_models, check_admin, check_routes, check_middleware, check_secrets):
        checks.register(check, "clinic")
    checks.register(check_keys_open_database, checks.Tags.database)
    checks.register(check_anchor, "clinic", deploy=True)
