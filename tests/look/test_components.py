"""Every component is in the style guide, in words that exist, without anything inline."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory, override_settings
from django.test.signals import template_rendered

from oncology_clinic.actors import Actor, Role
from oncology_clinic.front import styleguide

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
PAGES = [styleguide.Styleguide, styleguide.BookingExample, styleguide.DayExample]
NOT_IN_THE_GUIDE = {
    "components/htmx.html": "a script, on pages that want it",
    "components/messages.html": "only after something happened",
    "components/offer_card.html": "the landing page",
    "components/example_decision.html": "the landing page",
    "forms/hidden.html": "nothing to see",
    "forms/form.html": "a whole form, of the parts shown",
}


@pytest.fixture(autouse=True)
def addresses():
    with override_settings(ROOT_URLCONF="tests.look.urls"):
        yield


def show(view: type[Any], **extra: str) -> str:
    request = RequestFactory().get("/styleguide/", **extra)
    request.actor = Actor(role=Role.patient)  # type: ignore[attr-defined]
    return view.as_view()(request).content.decode()


@pytest.mark.parametrize("view", PAGES)
def test_it_prints_no_undefined_variable(view: type[Any]):
    assert re.findall(r"UNDEFINED_VARIABLE\[[^\]]*\]", show(view)) == []


@pytest.mark.parametrize("view", PAGES)
def test_it_has_one_h1_unique_ids_and_nothing_inline(view: type[Any]):
    page = show(view)
    ids = re.findall(r'\bid="([^"]+)"', page)

    assert page.count("<h1") == 1
    assert sorted(ids) == sorted(set(ids))
    assert not re.search(r"\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)|<style", page)
    assert 'action=""' not in page


def test_it_shows_every_component():
    seen: set[str] = set()
    note = lambda sender, template, **kwargs: seen.add(str(template.name))  # noqa: E731
    template_rendered.connect(note)
    try:
        show(styleguide.Styleguide)
    finally:
        template_rendered.disconnect(note)

    known = {
        str(path.relative_to(TEMPLATES))
        for folder in ("components", "forms")
        for path in (TEMPLATES / folder).glob("*.html")
    }
    ours = {name for name in known if name not in NOT_IN_THE_GUIDE}

    assert ours - seen == set()


def test_it_says_error_in_the_title_only_after_an_error():
    from django.template.loader import render_to_string

    from oncology_clinic.front.examples import PainForm

    def title(form: Any) -> str:
        request = RequestFactory().get("/")
        page = render_to_string(
            "front/styleguide_booking.html", {"form": form, "days": [], "slots": [], "visit": {}}, request
        )
        return page.split("<title>")[1].split("</title>")[0]

    assert not title(PainForm()).startswith("Error:")
    assert title(PainForm({"pain": "12"})).startswith("Error:")
