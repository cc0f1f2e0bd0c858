"""The way in: the landing page, the way home by role, preferences, error pages, the worker."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.utils import translation

from oncology_clinic.actors import ANONYMOUS, Actor, Role
from oncology_clinic.errors import Forbidden, Refusal
from oncology_clinic.front import catalogue, errors, navigation, preferences, views


def asked(path: str = "/", role: Role = Role.anonymous, **data: str) -> HttpRequest:
    request = RequestFactory().post(path, data) if data else RequestFactory().get(path)
    request.actor = ANONYMOUS if role is Role.anonymous else Actor(role=role, is_verified=True)  # type: ignore[attr-defined]
    return request


def words(response: HttpResponse) -> str:
    return response.content.decode()


OFFER = {
    "by_video_or_phone": [{"label": "Follow-up", "how": "Video"}],
    "in_person": [{"label": "Chemotherapy infusion"}],
    "depends": [],
}


def offer() -> dict[str, Any]:
    return OFFER


# -- landing ---------------------------------------------------------------------------------


@override_settings(LANDING_CATALOGUE="tests.look.test_front_pages.offer")
def test_it_tells_a_visitor_what_is_offered_and_how():
    page = words(views.Home.as_view()(asked()))

    assert "Follow-up" in page
    assert "Chemotherapy infusion" in page
    assert "Your team looks at your answers first." in page  # a group without services has a sentence
    assert "tel:+1-614-555-0142" in page
    assert "UNDEFINED" not in page


@pytest.mark.parametrize("name", ["", "nowhere.to.be.found", "visits.presenters.nothing"])
def test_it_opens_the_landing_page_while_no_room_answers(name: str):
    with override_settings(LANDING_CATALOGUE=name):
        assert catalogue.offered() == {"by_video_or_phone": (), "in_person": (), "depends": ()}
        assert views.Home.as_view()(asked()).status_code == 200


# -- the way home ------------------------------------------------------------------------------


def test_it_sends_somebody_signed_in_to_the_home_of_their_role(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(navigation, "reverse", lambda name: f"/{name}/")

    homes = {role: navigation.home_of(role) for role in Role}

    assert homes == {
        Role.patient: "/visits:home/",
        Role.caregiver: "/caregivers:home/",
        Role.clinician: "/visits:day/",
        Role.nurse_coordinator: "/visits:day/",
        Role.administrator: "/front:admin_home/",
        Role.auditor: "/audit:events/",
        Role.system: "",
        Role.anonymous: "",
    }


def test_it_redirects_an_administrator_home():
    response = views.Home.as_view()(asked(role=Role.administrator))

    assert (response.status_code, response.headers["Location"]) == (302, "/clinic/")


def test_it_leaves_out_links_no_room_offers_and_marks_the_closest_one(monkeypatch: pytest.MonkeyPatch):
    known = {"visits:home": "/visits/", "screening:mine": "/visits/answers/"}
    monkeypatch.setattr(navigation, "address", lambda name: known.get(name, ""))

    links = navigation.shown(role=Role.patient, path="/visits/answers/7/")

    assert [(link.href, link.is_current) for link in links] == [("/visits/", False), ("/visits/answers/", True)]


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.administrator, Role.anonymous)])
def test_it_shows_the_administration_to_administrators_only(role: Role):
    with pytest.raises(Forbidden):
        views.AdminHome.as_view()(asked("/clinic/", role))


def test_it_lists_the_areas_an_administrator_looks_after(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(views.watch, "rows", lambda now: [])

    page = words(views.AdminHome.as_view()(asked("/clinic/", Role.administrator)))

    assert 'href="/admin/"' in page
    assert page.count("<h1") == 1


# -- preferences ---------------------------------------------------------------------------------


def test_it_remembers_the_language_and_goes_back():
    response = preferences.SetLanguage.as_view()(asked(language="es", next="/accessibility/"))

    assert response.headers["Location"] == "/accessibility/"
    assert response.cookies["clinic_language"].value == "es"
    assert response.cookies["clinic_language"]["httponly"]


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_it_never_leads_away_from_the_clinic(target: str):
    response = preferences.SetTheme.as_view()(asked(theme="dark", next=target))

    assert response.headers["Location"] == "/"


def test_it_forgets_the_theme_when_the_device_decides():
    response = preferences.SetTheme.as_view()(asked(theme="device"))

    assert response.cookies["clinic_theme"]["max-age"] == 0


@pytest.mark.parametrize(
    ("view", "data"),
    [
        (preferences.SetLanguage, {"language": "xx"}),
        (preferences.SetTheme, {"theme": "pink"}),
        (preferences.SetTheme, {"x": "1"}),
    ],
)
def test_it_refuses_a_choice_that_is_not_on_the_list(view: Any, data: dict[str, str]):
    with pytest.raises(Refusal):
        view.as_view()(asked(**data))


# -- what goes wrong ---------------------------------------------------------------------------------

PHONE = "614-555-0142"


@pytest.mark.parametrize(
    ("response", "status"),
    [
        (lambda: errors.not_found(asked("/x/"), Exception()), 404),
        (lambda: errors.forbidden(asked("/x/"), Exception()), 403),
        (lambda: errors.bad_request(asked("/x/"), Exception()), 400),
        (lambda: errors.csrf_failure(asked("/x/"), "no cookie"), 403),
        (lambda: errors.server_error(asked("/x/")), 500),
        (lambda: errors.unavailable(asked("/x/")), 503),
    ],
)
def test_it_says_calmly_what_happened_and_whom_to_call(response: Any, status: int):
    answered = response()
    page = words(answered)

    assert answered.status_code == status
    assert PHONE in page
    assert page.count("<h1") == 1
    assert "UNDEFINED" not in page


@pytest.mark.parametrize("template_name", ["errors/500.html", "errors/503.html", "front/offline.html"])
def test_it_speaks_both_languages_where_nobody_knows_the_readers(template_name: str):
    page = errors.fixed_page(template_name)

    assert 'lang="en"' in page
    assert 'lang="es"' in page
    assert "911" in page


def test_it_answers_programs_in_their_words():
    response = errors.not_found(asked("/api/v1/nothing/"), Exception())

    assert json.loads(response.content) == {"code": "not_found", "detail": "There is nothing at this address."}


# -- what a browser asks for by itself -----------------------------------------------------------------


def test_it_keeps_only_the_offline_page_and_static_files():
    script = words(views.ServiceWorker.as_view()(asked("/service-worker.js")))
    kept = json.loads(script.split("const KEPT = ")[1].split(";")[0].replace("\\u002D", "-"))

    assert kept == ["/offline/", "/static/clinic/clinic.css", "/static/clinic/icon.svg"]
    assert "cache.put" not in script  # nothing that passes by is kept


def test_it_describes_the_app():
    manifest = json.loads(views.Manifest.as_view()(asked("/manifest.webmanifest")).content)

    assert (manifest["start_url"], manifest["name"]) == ("/", "Lakeside Cancer Care")


def test_it_stays_under_sixty_kilobytes_on_the_first_visit():
    """The page as it is, its font, and the static files compressed as WhiteNoise sends them."""
    with translation.override("en"):
        page = views.Home.as_view()(asked()).content
    squeezed = [
        gzip.compress(Path(finders.find(f"clinic/{name}")).read_bytes())
        for name in ("clinic.css", "site.js", "icon.svg")
    ]
    font = Path(finders.find("clinic/fonts/atkinson-hyperlegible-next-latin-wght-normal.woff2")).read_bytes()

    assert sum(map(len, [page, font, *squeezed])) <= 60_000
    assert sum(map(len, squeezed)) <= 12_000


def test_it_keeps_the_licence_of_the_font_beside_it():
    licence = Path(finders.find("clinic/fonts/LICENSE.txt")).read_text()

    assert "SIL Open Font License, Version 1.1" in licence
