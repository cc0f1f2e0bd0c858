"""The stock admin has no door of its own."""

from __future__ import annotations

import pytest

from oncology_clinic.accounts.models import SealedTOTPDevice
from tests.accounts import factories

pytestmark = pytest.mark.django_db
ADMIN = ["/admin/", "/admin/login/"]


@pytest.mark.parametrize("path", ADMIN)
def test_it_sends_nobody_to_the_clinics_sign_in(client, path):
    answer = client.get(path, follow=True)

    assert answer.request["PATH_INFO"] == "/account/sign-in/"


def test_it_takes_no_password_of_its_own(client):
    factories.staff("boss", role="administrator")

    client.post("/admin/login/?next=/admin/", {"username": "boss", "password": factories.PASSWORD})

    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("role", ["patient", "clinician", "auditor", "administrator"])
def test_it_opens_to_no_unverified_session_and_no_other_role(client, role):
    account = factories.an_account("somebody", role=role)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")

    for path in ADMIN:
        assert client.get(path, follow=True).status_code == 403


def test_it_opens_to_a_verified_administrator(client):
    account = factories.staff("boss", role="administrator")
    factories.sign_in(client, "boss", device=SealedTOTPDevice.objects.get(user=account))

    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/login/")["Location"] == "/admin/"
