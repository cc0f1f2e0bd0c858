"""What is undeclared, misdeclared or weakly keyed does not pass `manage.py check`."""

import base64
import hashlib

import pytest
from django.contrib import admin
from django.db import models
from django.http import HttpResponse
from django.test.utils import isolate_apps
from django.urls import include, path
from django.views import View
from rest_framework.views import APIView

from oncology_clinic.accounts.models import Patient
from oncology_clinic.audit import checks, routes
from oncology_clinic.audit.contract import Category, NotPhi, Phi, touches
from oncology_clinic.crypto import fields, keys
from oncology_clinic.crypto.records import ClinicModel


def ids(found):
    return {message.id for message in found}


def random_key(word):
    return base64.urlsafe_b64encode(hashlib.sha256(word.encode()).digest()).decode()


# -- models ------------------------------------------------------------------------------


def test_it_finds_every_model_of_the_product_declared():
    assert checks.check_models() == []


@isolate_apps("tests.audit")
def test_it_refuses_a_model_that_declares_nothing():
    class Undeclared(models.Model):
        class Meta:
            app_label = "audit_tests"

    class WithoutReason(ClinicModel):
        phi = NotPhi("  ")

        class Meta:
            app_label = "audit_tests"

    assert ids(checks.check_model(Undeclared)) == {"clinic.E003"}
    assert ids(checks.check_model(WithoutReason)) == {"clinic.E003"}


@isolate_apps("tests.audit")
def test_it_takes_a_reason_from_the_settings_for_models_of_others(settings):
    class Foreign(models.Model):
        class Meta:
            app_label = "audit_tests"

    settings.AUDIT_MODELS = {"audit_tests.Foreign": "holds nothing"}

    assert checks.check_model(Foreign) == []


@isolate_apps("tests.audit")
def test_it_refuses_a_patient_model_without_its_patient():
    class Lost(ClinicModel):
        phi = Phi(Category.result)

        class Meta:
            app_label = "audit_tests"

    assert ids(checks.check_model(Lost)) == {"clinic.E004"}


@isolate_apps("tests.audit")
def test_it_refuses_sealed_fields_without_a_key_made_in_python():
    class Numbered(models.Model):
        phi = NotPhi("a test")
        text = fields.SealedTextField()

        class Meta:
            app_label = "audit_tests"

    assert ids(checks.check_model(Numbered)) == {"clinic.E005"}


@isolate_apps("tests.audit")
def test_it_refuses_sealed_fields_in_order_index_or_constraint():
    class Ordered(ClinicModel):
        phi = NotPhi("a test")
        text = fields.SealedTextField()

        class Meta:
            app_label = "audit_tests"
            ordering = ["-text"]

    class Constrained(ClinicModel):
        phi = NotPhi("a test")
        text = fields.SealedTextField()

        class Meta:
            app_label = "audit_tests"
            constraints = [models.UniqueConstraint(fields=["text"], name="never")]

    assert ids(checks.check_model(Ordered)) == {"clinic.E006"}
    assert ids(checks.check_model(Constrained)) == {"clinic.E006"}


@isolate_apps("tests.audit")
def test_it_refuses_a_manager_that_knows_no_ledger():
    class Unguarded(ClinicModel):
        phi = NotPhi("a test")
        objects = models.Manager()

        class Meta:
            app_label = "audit_tests"

    assert ids(checks.check_model(Unguarded)) == {"clinic.E016"}


@isolate_apps("tests.audit")
def test_it_asks_the_models_of_a_link_table_for_the_link_table():
    class One(ClinicModel):
        phi = NotPhi("a test")
        others = models.ManyToManyField("self")

        class Meta:
            app_label = "audit_tests"

    assert checks.check_model(One.others.through) == []


# -- the admin ------------------------------------------------------------------------------


def test_it_finds_no_patient_in_the_admin():
    assert checks.check_admin() == []


def test_it_refuses_a_patient_in_the_admin():
    site = admin.AdminSite(name="careless")  # every site is found, not only the default one
    site.register(Patient)

    assert "clinic.E007" in ids(checks.check_admin())

    site.unregister(Patient)


# -- routes ---------------------------------------------------------------------------------


def test_it_finds_every_route_of_the_product_declared():
    assert checks.check_routes() == []
    assert len(list(routes.all_routes())) > 30


class DeclaredView(View):
    audit = touches(Category.appointment)


class UndeclaredView(View):
    pass


class UndeclaredAPI(APIView):
    pass


class DeclaredAPI(APIView):
    audit = NotPhi("a test")


class ReasonlessAPI(APIView):
    audit = NotPhi("")


class WronglyDeclared(View):
    audit = "yes"


def a_function(request):
    return HttpResponse()


urlpatterns = [
    path("a/", DeclaredView.as_view(), name="declared"),
    path("b/", UndeclaredView.as_view(), name="undeclared_view"),
    path("c/", DeclaredAPI.as_view(), name="declared_api"),
    path("d/", UndeclaredAPI.as_view(), name="undeclared_api"),
    path("e/", ReasonlessAPI.as_view(), name="reasonless"),
    path("f/", WronglyDeclared.as_view(), name="wrongly"),
    path("in/", include(([path("g/<uuid:id>/", a_function, name="function")], "room"))),
    path("h/", a_function),
    path("own-admin/", admin.AdminSite(name="careful").urls),
]


@pytest.mark.urls(__name__)
def test_it_refuses_every_undeclared_route_wherever_it_hides():
    found = checks.check_routes()

    said = " ".join(str(error.msg) for error in found)
    assert ids(found) == {"clinic.E008"}
    for name in ("undeclared_view", "undeclared_api", "reasonless", "wrongly", "room:function", "/h/ (no name)"):
        assert name in said
    assert "(declared)" not in said
    assert "(declared_api)" not in said
    assert "/in/g/<uuid:id>/" in said
    assert "admin:" not in said  # AUDIT_ROUTES gives the reason for the stock admin's


@pytest.mark.urls(__name__)
def test_it_accepts_only_reasons_that_name_the_route(settings):
    settings.AUDIT_ROUTES = {"undeclared_view": "a reason", "room:": "a reason for all of it", "undeclared_api": ""}

    said = " ".join(str(error.msg) for error in checks.check_routes())

    assert "undeclared_view" not in said
    assert "room:function" not in said
    assert "undeclared_api" in said


def test_it_wants_the_access_context_before_sign_in(settings):
    assert checks.check_middleware() == []

    settings.MIDDLEWARE = [*[name for name in settings.MIDDLEWARE if name != checks.MIDDLEWARE], checks.MIDDLEWARE]
    assert ids(checks.check_middleware()) == {"clinic.E009"}
    settings.MIDDLEWARE = settings.MIDDLEWARE[:-1]
    assert ids(checks.check_middleware()) == {"clinic.E009"}


# -- secrets ------------------------------------------------------------------------------------


def test_it_accepts_the_keys_of_the_tests_in_tests_only(monkeypatch):
    assert checks.check_secrets() == []

    monkeypatch.setattr(checks, "_are_test_settings", lambda: False)
    assert "clinic.E012" in ids(checks.check_secrets())


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("BLIND_INDEX_KEY", "", "clinic.E010"),
        ("BLIND_INDEX_KEY", base64.urlsafe_b64encode(b"short").decode(), "clinic.E010"),
        ("AUDIT_INDEX_KEY", "not base64 !", "clinic.E010"),
        ("AUDIT_PAYLOAD_KEYS", [], "clinic.E010"),
        ("AUDIT_MAC_KEYS", {}, "clinic.E010"),
        ("FIELD_ENCRYPTION_KEY", [random_key("one"), random_key("one")], "clinic.E011"),
        ("AUDIT_MAC_KEYS", {1: random_key("tests only: audit index")}, "clinic.E011"),
        ("AUDIT_SEAL_PRIVATE_KEY", random_key("tests only: audit index"), "clinic.E011"),
        ("BLIND_INDEX_KEY", random_key("tests only: secret"), "clinic.E011"),
        ("BLIND_INDEX_KEY", base64.urlsafe_b64encode(bytes(32)).decode(), "clinic.E012"),
        ("BLIND_INDEX_KEY", base64.urlsafe_b64encode(b"change me change me change me!!!").decode(), "clinic.E012"),
    ],
    ids=str,
)
def test_it_refuses_missing_short_equal_and_default_keys(settings, name, value, expected):
    setattr(settings, name, value)

    found = checks.check_secrets()

    assert expected in ids(found)
    said = " ".join(f"{error.msg} {error.hint}" for error in found)
    for key in value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]:
        assert not key or key not in said


def test_it_needs_no_seal_key_in_a_process_that_does_not_seal(settings):
    settings.AUDIT_SEAL_PRIVATE_KEY = ""

    assert checks.check_secrets() == []


def test_it_wants_an_anchor_in_deployments(settings):
    settings.AUDIT_ANCHOR_FILE = None

    assert ids(checks.check_anchor()) == {"clinic.E015"}


@pytest.mark.django_db
def test_it_compares_keys_and_database_when_asked_for_the_database(settings):
    keys.check_fingerprints()
    assert checks.check_keys_open_database(databases=["default"]) == []

    settings.FIELD_ENCRYPTION_KEY = [random_key("another")]
    assert ids(checks.check_keys_open_database(databases=["default"])) == {"clinic.E013"}
    assert checks.check_keys_open_database(databases=None) == []
