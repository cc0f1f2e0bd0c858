"""Pages as somebody who reads Spanish meets them: no English left on any of them."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from functools import cache
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY

from oncology_clinic.accounts.models import Account, Clinician, Patient
from oncology_clinic.words import catalogue
from screening.models import ScreenRequest
from tests import factories
from tests.accounts import factories as people
from tests.words import audiences
from visits.models import Appointment
from visits.services import booking
from visits.services.commands import Answers, BookCommand

pytestmark = pytest.mark.django_db

NO_TEXT = frozenset({"script", "style", "head"})
EMPTY = frozenset(
    [
        "meta",
        "link",
        "input",
        "br",
        "hr",
        "img",
        "source",
        "path",
        "circle",
        "line",
        "rect",
        "polyline",
        "polygon",
        "ellipse",
        "use",
    ]
)
SPOKEN = frozenset({"aria-label", "alt", "title", "placeholder"})
ENGLISH_WORDS = re.compile(r"\b(the|and|your|you|with|for|is|are|of|what|when|choose|visit|back|our)\b", re.IGNORECASE)
# Names stay as they are; a language is offered by its own name.
NAMES = re.compile(rf"{settings.CLINIC_NAME}|{settings.CLINIC_LETTER_NAME}|English|WCAG[\d., ]+")


class Reader(HTMLParser):
    """What a person sees or hears on a page, without the parts marked as another language."""

    def __init__(self) -> None:
        super().__init__()
        self.language = ""
        self.heard: list[str] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.language = given.get("lang") or ""
        is_other = tag in NO_TEXT or ("lang" in given and given["lang"] != "es")
        if not self._is_hidden() and not is_other:
            self.heard += [value for name, value in attrs if name in SPOKEN and value]
        if tag not in EMPTY:
            self.open.append((tag, is_other))

    def handle_endtag(self, tag: str) -> None:
        while tag not in EMPTY and self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not self._is_hidden():
            self.heard.append(text)

    def _is_hidden(self) -> bool:
        return any(hidden for _, hidden in self.open)


@cache
def english_messages() -> frozenset[str]:
    """Every message that Spanish says otherwise."""
    entries = catalogue.read(catalogue.path_of(audiences.ROOT, "es")).entries
    return frozenset(e.message.text for e in entries if e.message.text not in (*e.texts, "English"))


def reader_of(answer: HttpResponse) -> Reader:
    reader = Reader()
    reader.feed(answer.content.decode())
    return reader


def read(client: Client, address: str) -> Reader:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return reader_of(answer)


def assert_spanish(reader: Reader) -> None:
    messages = english_messages()
    assert reader.language == "es"
    assert [text for text in reader.heard if text in messages] == []
    assert [text for text in reader.heard if len(ENGLISH_WORDS.findall(NAMES.sub("", text))) > 1] == []


def in_spanish(client: Client) -> Client:
    """The same browser after a press on "Español"."""
    assert client.post("/preferences/language/", {"language": "es"}).status_code == 302
    return client


@pytest.fixture
def ruth() -> Patient:
    return factories.a_patient(last_in_person_exam_on=timezone.now().date() - timedelta(days=20))


@pytest.fixture
def hers(ruth: Patient) -> Client:
    """Ruth's browser, in Spanish."""
    return in_spanish(factories.client_of(ruth.account))


@pytest.fixture
def okafor() -> Clinician:
    return factories.a_working_clinician("okafor", site=factories.a_site())


def as_staff(account: Account) -> Client:
    """Their browser, in Spanish, where the second factor has been shown."""
    client = factories.client_of(account)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = people.a_device(account).persistent_id
    session.save()
    return in_spanish(client)


@pytest.fixture
def visit(ruth: Patient, okafor: Clinician) -> Appointment:
    start = datetime.combine(factories.next_weekday(timezone.now()), time(10), tzinfo=ZoneInfo(factories.OHIO))
    command = BookCommand(
        service="nutrition-counseling",
        start=start,
        clinician_id=okafor.id,
        location="OH",
        answers=Answers(cap_video=True, cap_bandwidth=True, cap_phone=True),
    )
    return booking.book(command, actor=factories.patient_actor(ruth), now=timezone.now()).appointment


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/", "Atención del cáncer,"),
        ("/accessibility/", "Accesibilidad"),
        ("/language-help/", "Ayuda gratis con el idioma"),
        ("/account/sign-in/", "Contraseña"),
        ("/account/forgot/", "Enviar la carta"),
        ("/account/forgot/sent/", "Revise su correo electrónico"),
        ("/account/signed-out/", "Cerramos su sesión para proteger su expediente"),
        ("/visits/offered/", "Lo que ofrecemos, y cómo"),
    ],
)
def test_anybody_reads_the_public_pages_in_spanish(client: Client, address: str, words: str) -> None:
    page = read(in_spanish(client), address)

    assert_spanish(page)
    assert words in page.heard


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/visits/", "Sus visitas"),
        ("/visits/new/", "¿Qué necesita?"),
        ("/screens/", "Sus respuestas"),
        ("/coverage/", "¿Pagará mi plan de seguro?"),
        ("/caregivers/", "Personas que le ayudan"),
        ("/caregivers/add/", "Qué puede hacer por usted"),
        ("/account/profile/", "Mi cuenta"),
        ("/account/profile/edit/", "Sus datos"),
        ("/account/password/", "Contraseña nueva"),
        ("/account/second-step/", "Configure su segundo paso"),
    ],
)
def test_a_patient_reads_their_pages_in_spanish(hers: Client, address: str, words: str) -> None:
    page = read(hers, address)

    assert_spanish(page)
    assert words in page.heard


def test_a_patient_books_in_spanish_from_the_first_question_to_the_proof(hers: Client, okafor: Clinician) -> None:
    answers = {
        "flags": ["none"],
        "location": "OH",
        "devices": ["video", "bandwidth", "phone"],
        "private_safe_place": "yes",
        "comm_language": "es",
        "pref": "",
    }

    draft = hers.post("/visits/begin/", {"service": "nutrition-counseling"}).url.removesuffix("questions/")
    questions = read(hers, f"{draft}questions/")
    wrong = hers.post(f"{draft}questions/", {})
    hers.post(f"{draft}questions/", answers)
    times = read(hers, f"{draft}time/")
    slot = re.search(r'name="slot" value="([^"]+)"', hers.get(f"{draft}time/").content.decode())
    assert slot
    hers.post(f"{draft}time/", {"slot": slot[1]})
    check = read(hers, f"{draft}check/")

    for page in (questions, reader_of(wrong), times, check):
        assert_spanish(page)
    assert wrong.status_code == 422
    assert "Primero, ¿cómo se siente?" in questions.heard
    assert "Elija una hora que le convenga" in times.heard
    assert "Revise sus respuestas" in check.heard


def test_a_patient_reads_moves_and_cancels_a_visit_in_spanish(hers: Client, visit: Appointment) -> None:
    pages = [read(hers, f"/visits/{visit.id}/{page}") for page in ("", "booked/", "move/", "cancel/", "print/")]

    for page in pages:
        assert_spanish(page)
    assert "Su visita está reservada" in pages[1].heard
    assert "Conservar esta visita" in pages[3].heard


def test_a_patient_answers_questions_in_spanish(hers: Client, visit: Appointment) -> None:
    request = ScreenRequest.objects.get(patient_id=visit.patient_id)

    pages = [read(hers, f"/screens/{request.id}/{page}") for page in ("", "1/", "2/", "3/")]

    for page in pages:
        assert_spanish(page)
    assert "¿Cuánto dolor tiene en este momento?" in pages[1].heard


def test_refusals_are_spoken_in_spanish(hers: Client) -> None:
    missing = hers.get("/visits/01936f00-0000-7000-8000-000000000001/")

    assert missing.status_code == 404
    assert_spanish(reader_of(missing))


@pytest.mark.parametrize(
    "name",
    ["visits:day", "visits:requests", "visits:find", "screening:alerts", "accounts:profile", "accounts:password"],
)
def test_a_clinician_reads_the_staffs_pages_in_spanish(okafor: Clinician, visit: Appointment, name: str) -> None:
    assert_spanish(read(as_staff(okafor.account), reverse(name)))


@pytest.mark.parametrize("name", ["visits:chart", "visits:book_for"])
def test_a_clinician_cares_for_a_patient_in_spanish(okafor: Clinician, visit: Appointment, name: str) -> None:
    assert_spanish(read(as_staff(okafor.account), reverse(name, kwargs={"patient_id": visit.patient_id})))


@pytest.mark.parametrize("name", ["front:admin_home", "accounts:people", "accounts:invite"])
def test_an_administrator_reads_their_pages_in_spanish(name: str) -> None:
    account = factories.an_account("admin", role="administrator")

    assert_spanish(read(as_staff(account), reverse(name)))


def test_a_caregiver_reads_their_pages_in_spanish(ruth: Patient) -> None:
    sam = factories.a_caregiver()
    factories.a_grant(ruth, sam)
    his = in_spanish(factories.client_of(sam.account))

    for page in (read(his, "/caregivers/home/"), read(his, "/account/profile/")):
        assert_spanish(page)


@pytest.mark.parametrize(
    ("html", "is_spanish"),
    [
        ('<html lang="es"><p>Sus visitas</p></html>', True),
        ('<html lang="es"><p>Your visits</p></html>', False),
        ('<html lang="es"><p>We could not set this up for you and the team.</p></html>', False),
        ('<html lang="es"><p lang="en">Your visits</p><a>Salir</a></html>', True),
        ('<html lang="es"><nav aria-label="Main"></nav></html>', False),
        ('<html lang="en"><p>Sus visitas</p></html>', False),
    ],
)
def test_the_reader_knows_english_when_it_meets_it(html: str, is_spanish: bool) -> None:
    reader = Reader()
    reader.feed(html)

    if is_spanish:
        assert_spanish(reader)
    else:
        with pytest.raises(AssertionError):
            assert_spanish(reader)
