"""The REST story of the contract, walked over real HTTP against the demo clinic."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.journeys.rest_story import Story, walk


@pytest.mark.django_db(transaction=True)
def test_it_walks_the_whole_rest_story(live_clinic, tmp_path: Path, capsys):
    file = tmp_path / "demo.json"
    call_command("load_law", stdout=io.StringIO())
    call_command("seed_demo", file=file, stdout=io.StringIO())
    demo = json.loads(file.read_text())
    assert demo["base_url"] == live_clinic.url

    story = Story(demo)
    walk(story)

    with capsys.disabled():
        print("\n" + "\n".join(f"  ok  {step}" for step in story.proved))
    assert len(story.proved) > 40
