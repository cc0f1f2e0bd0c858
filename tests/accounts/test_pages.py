"""The account pages: who may open them, what they show, what they store."""

from __future__ import annotations

import pytest
from django.urls import reverse

from oncology_clinic.accounts import policies
from oncology_clinic.accounts.models import Account, Clinician, Invitation, Patient, SealedTOTPDevice
from oncology_clinic.accounts.urls import urlpatterns
from oncology_clinic.actors import Actor, Role
from oncology_clinic.audit.contract import Action
from oncology_clinic.crypto import blind
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.errors import Forbidden
from tests.accounts import factories
from tests.accounts.log import actions

pytestmark = pytest.mark.django_db
SOME_ID = "01936f00-0000-7000-8000-000000000001"
OPEN = {"sign_in", "sign_out", "signed_out", "code", "lost_device", "enrol", "forgot", "forgot_sent", "reset", "accept"}
FOR_ALL = {"profile", "password", "recovery_codes", "sign_out_everywhere"}
FOR_PATIENTS = {"edit_profile"}
FOR_CAREGIVERS = {"join"}


def address(name: str) -> str:
    pattern = next(found for found in urlpatterns if found.name == name)
    values = {"token": "x" * 43, "account_id": SOME_ID, "reset_id": SOME_ID, "invitation_id": SOME_ID}
    return reverse(f"accounts:{name}", kwargs={key: values[key] for key in pattern.pattern.converters})


def signed_in(client, role):
    if role == "patient":
        account = factories.a_patient("somebody").account
        return factories.sign_in(client, "somebody", device=factories.a_device(account))
    account = factories.an_account("somebody", role=role)
    return factories.sign_in(client, "somebody", device=factories.a_device(account))


ADMIN = sorted({found.name for found in urlpatterns} - OPEN - FOR_ALL - FOR_PATIENTS - FOR_CAREGIVERS)
CLOSED = sorted(FOR_ALL | FOR_PATIENTS | FOR_CAREGIVERS | set(ADMIN))


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize("method", ["get", "post"])
def test_it_sends_nobody_to_sign_in_and_leaves_a_record(client, name, method):
    answer = getattr(client, method)(address(name))

    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/sign-in/")
    assert Action.denied in actions()


@pytest.mark.parametrize("role", ["patient", "caregiver", "clinician", "nurse_coordinator", "auditor"])
def test_it_keeps_other_roles_off_the_administrators_pages(client, role):
    signed_in(client, role)

    for name in ADMIN:
        assert client.get(address(name)).status_code == 403, name
        assert client.post(address(name)).status_code == 403, name
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("role", ["caregiver", "clinician", "administrator", "auditor"])
def test_it_keeps_others_off_the_patients_details(client, role):
    signed_in(client, role)

    assert client.get("/account/profile/edit/").status_code == 403


@pytest.mark.parametrize("role", ["patient", "caregiver", "clinician", "nurse_coordinator", "administrator", "auditor"])
def test_it_shows_everybody_their_own_account(client, role):
    signed_in(client, role)

    answer = client.get("/account/profile/")

    assert answer.status_code == 200
    assert "somebody" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("role", list(Role))
def test_it_asks_a_second_factor_of_staff_only(role):
    staff = role in (Role.clinician, Role.nurse_coordinator, Role.administrator, Role.auditor)

    policies.check_verified_staff(Actor(role=role, is_verified=True))
    if not staff:
        policies.check_verified_staff(Actor(role=role, is_verified=False))
        return
    with pytest.raises(Forbidden) as refused:
        policies.check_verified_staff(Actor(role=role, is_verified=False))
    assert refused.value.code == "second_factor_needed"


def test_it_lists_staff_by_name_and_patients_by_id_only(client):
    patient = factories.a_patient("ann")
    factories.staff("okafor", role="clinician")
    signed_in(client, "administrator")

    page = client.get("/account/people/").content.decode()

    assert "Dr. Okafor" in page
    assert str(patient.id) in page
    assert "Delgado" not in page


def test_it_lists_people_with_statements_that_do_not_grow(client, django_assert_max_num_queries):
    for number in range(12):
        factories.a_patient(f"patient{number}")
        factories.staff(f"doctor{number}", role="clinician")
    signed_in(client, "administrator")

    with django_assert_max_num_queries(8):
        client.get("/account/people/")


@pytest.mark.parametrize("query", ["?role=clinician", "?role=nonsense", "?page=2", "?page=0", "?page=x", "?page=99999"])
def test_it_survives_any_address(client, query):
    signed_in(client, "administrator")

    assert client.get(f"/account/people/{query}").status_code == 200


def test_it_invites_from_the_page_and_lists_what_waits(client):
    signed_in(client, "administrator")

    answer = client.post(
        "/account/people/invite/",
        {
            "role": "clinician",
            "name": "Dr. Sam Reyes",
            "email": "sam@example.org",
            "profession": "physician",
            "language": "en",
        },
    )

    assert answer["Location"] == "/account/people/"
    assert "Dr. Sam Reyes" in client.get("/account/people/").content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"profession": ""}, "Choose the clinician"),
        ({"email": "not an address"}, "valid email"),
        ({"role": "caregiver"}, "Select a valid choice"),
        ({"name": ""}, "required"),
    ],
)
def test_it_says_how_to_fix_an_invitation(client, change, words):
    signed_in(client, "administrator")
    answers = {
        "role": "clinician",
        "name": "Sam",
        "email": "sam@example.org",
        "profession": "physician",
        "language": "en",
    }

    answer = client.post("/account/people/invite/", {**answers, **change})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Invitation.objects.exists()


def test_it_closes_a_sign_in_from_the_page(client):
    account = factories.staff("okafor", role="clinician")
    signed_in(client, "administrator")
    page = f"/account/people/{account.id}/close/"

    assert client.get(page).status_code == 200
    assert client.post(page, {}).status_code == 422
    assert client.post(page, {"reason": "left"})["Location"] == "/account/people/"
    assert client.get(page).status_code == 404
    assert not Account.objects.get(username="okafor").is_active


def test_it_approves_a_lost_device_from_the_page(client):
    account = factories.staff("okafor", role="clinician")
    signed_in(client, "administrator")
    client.post(f"/account/people/{account.id}/lost-device/")
    reset = account.second_factor_resets.get()
    other = factories.sign_in(
        type(client)(), "other", device=_device_of(factories.staff("other", role="administrator"))
    )

    assert "okafor" in client.get("/account/people/").content.decode()
    client.post(f"/account/people/resets/{reset.id}/approve/")
    assert client.post(f"/account/people/resets/{reset.id}/approve/").status_code == 409
    other.post(f"/account/people/resets/{reset.id}/approve/")

    assert not SealedTOTPDevice.objects.filter(user=account).exists()


def _device_of(account: Account) -> SealedTOTPDevice:
    return SealedTOTPDevice.objects.get(user=account)


PROFILE = {
    "preferred_name": "Ruthie",
    "pronouns": "she/her",
    "phone": "(614) 555-0100",
    "email": "new@example.org",
    "reminder_channel": "sms",
    "language": "es",
    "needs_interpreter": "on",
    "home_state": "KY",
    "time_zone": "America/Chicago",
    "has_phone": "on",
}


def test_it_saves_a_patients_details_with_their_indexes(client):
    patient = factories.a_patient("ann")
    factories.sign_in(client, "ann")
    assert client.get("/account/profile/edit/").status_code == 200

    client.post("/account/profile/edit/", PROFILE)

    patient = Patient.objects.get()
    assert (reveal(patient.preferred_name), reveal(patient.phone)) == ("Ruthie", "(614) 555-0100")
    assert (patient.home_state, patient.language, patient.needs_interpreter, patient.has_video) == (
        "KY",
        "es",
        True,
        False,
    )
    assert bytes(patient.phone_index) == blind.index("phone", "614-555-0100")
    assert bytes(patient.email_index) == blind.index("email", "new@example.org")
    assert (reveal(patient.account.email), patient.account.language) == ("new@example.org", "es")
    assert Action.update in actions()
    assert client.get("/account/profile/")["Content-Language"] == "es"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"phone": "12"}, "area code"),
        ({"phone": ""}, "Write your phone number"),
        ({"reminder_channel": "email", "email": ""}, "Write your e-mail"),
        ({"home_state": "XX"}, "Select a valid choice"),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice"),
        ({"patient_id": SOME_ID}, "We do not know what to do with"),
        ({"diagnosis": "none"}, "We do not know what to do with"),
    ],
)
def test_it_refuses_details_that_cannot_be_and_keeps_what_was_typed(client, change, words):
    factories.a_patient("ann")
    factories.sign_in(client, "ann")

    answer = client.post("/account/profile/edit/", {**PROFILE, **change})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'value="Ruthie"' in answer.content.decode()
    assert reveal(Patient.objects.get().preferred_name) is None


def test_it_speaks_the_accounts_language_before_the_browsers(client):
    account = factories.a_patient("ann").account
    Account.objects.filter(pk=account.pk).update(language="es", theme="dark")
    factories.sign_in(client, "ann")

    answer = client.get("/account/profile/", headers={"Accept-Language": "en"})

    assert answer["Content-Language"] == "es"
    assert 'data-theme="dark"' in answer.content.decode()


@pytest.mark.parametrize(
    ("cookie", "header", "language"),
    [("", "es-MX,es;q=0.9", "es"), ("es", "en", "es"), ("", "de", "en"), ("xx", "", "en")],
)
def test_it_speaks_the_cookies_then_the_browsers_language_to_nobody(client, cookie, header, language):
    if cookie:
        client.cookies["clinic_language"] = cookie

    answer = client.get("/account/sign-in/", headers={"Accept-Language": header})

    assert answer["Content-Language"] == language


def test_it_finds_people(db):
    from oncology_clinic.accounts import people
    from oncology_clinic.errors import NotFound

    patient = factories.a_patient("ann", preferred_name="Ruthie")
    plain = factories.a_patient("ben")
    doctor = factories.staff("okafor", role="clinician").clinician
    Clinician.objects.create(display_name="Dr. Gone", profession="physician", is_active=False)

    assert people.patient_name(people.patient(patient.id)) == "Ruthie"
    assert people.patient_name(people.patient(plain.id)) == "Ruth Delgado"
    assert people.clinician(doctor.id) == doctor
    assert people.active_clinicians() == [doctor]
    for find in (people.patient, people.clinician):
        with pytest.raises(NotFound):
            find(SOME_ID)


def test_it_prints_no_variable_that_is_not_there(client):
    """Templates of every account page, as a patient and as an administrator see them."""
    pages = [
        client.get(path)
        for path in (
            "/account/sign-in/?next=/account/profile/",
            "/account/signed-out/",
            "/account/forgot/",
            "/account/forgot/sent/",
        )
    ]
    factories.a_patient("ann")
    factories.sign_in(client, "ann")
    pages += [client.get(f"/account/{path}/") for path in ("profile", "profile/edit", "password", "second-step")]
    boss = factories.staff("boss", role="administrator")
    doctor = factories.staff("okafor", role="clinician")
    client = type(client)()
    client.post("/account/sign-in/", {"username": "boss", "password": factories.PASSWORD})
    pages += [client.get("/account/code/"), client.get("/account/lost-device/")]
    client.post("/account/code/", {"code": factories.code_of(_device_of(boss))})
    client.post(f"/account/people/{doctor.id}/lost-device/")
    client.post(
        "/account/people/invite/", {"role": "auditor", "name": "Sam", "email": "sam@example.org", "language": "en"}
    )
    pages += [
        client.get(f"/account/{path}/")
        for path in ("people", "people/invite", f"people/{doctor.id}/close", "recovery-codes")
    ]

    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200, page.request["PATH_INFO"]
        assert "UNDEFINED_VARIABLE" not in text, page.request["PATH_INFO"]
        assert text.count("<h1") == 1, page.request["PATH_INFO"]
        assert 'style="' not in text, page.request["PATH_INFO"]
