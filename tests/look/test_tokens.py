"""Contrast of the color tokens, measured in the stylesheet itself (text 6:1, controls 3:1, both themes)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "oncology_clinic" / "static" / "clinic"
CSS = (STATIC / "clinic.css").read_text()

TEXT = [
    ("ink", "bg"), ("ink", "surface"), ("ink", "surface-2"), ("ink-2", "bg"), ("ink-2", "surface"), ("ink-2", "surface-2"),
    ("brand", "bg"), ("brand", "surface"), ("on-brand", "brand"), ("on-soft", "brand-soft"),
    ("ok", "ok-soft"), ("warn", "warn-soft"), ("urgent", "urgent-soft"), ("urgent", "surface"), ("urgent", "bg"),
    ("surface", "urgent"), ("surface", "ok"),
]  # fmt: skip
CONTROLS = [
    ("line", "surface"),
    ("line", "bg"),
    ("ring", "bg"),
    ("ring", "surface"),
    ("halo", "brand"),
    ("brand", "brand-soft"),
]


def tokens(css: str, opening: str) -> dict[str, str]:
    block = css[css.index(opening) + len(opening) :]
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", block[: block.index("}")]))


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


LIGHT = tokens(CSS, ":root {")
DARK = tokens(CSS, ':root[data-theme="dark"] {')
DARK_BY_DEVICE = tokens(CSS, ':root:not([data-theme="light"]) {')


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), TEXT)
def test_it_prints_text_at_six_to_one_or_more(theme: dict[str, str], ink: str, paper: str):
    assert ratio(theme[ink], theme[paper]) >= 6.0


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("mark", "paper"), CONTROLS)
def test_it_draws_controls_and_focus_at_three_to_one_or_more(theme: dict[str, str], mark: str, paper: str):
    assert ratio(theme[mark], theme[paper]) >= 3.0


def test_it_measures_black_on_white_as_twenty_one():
    assert ratio("#000000", "#ffffff") == pytest.approx(21.0)


def test_it_uses_the_same_dark_for_the_device_and_for_the_choice():
    assert len(DARK) == len(LIGHT) == 19
    assert DARK_BY_DEVICE == DARK


@pytest.mark.parametrize("opening", [":root {", ':root:not([data-theme="light"]) {', ':root[data-theme="dark"] {'])
def test_it_colors_the_admin_with_the_same_tokens(opening: str):
    assert tokens((STATIC / "admin.css").read_text(), opening) == tokens(CSS, opening)


def test_it_names_no_color_outside_the_tokens():
    rules = CSS[CSS.index("/* -- ground") : CSS.index("/* -- paper")]
    rules = re.sub(r"\.tile[^}]*}", "", rules)  # a video tile is dark in both themes

    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*})", rules) == []


def test_it_gives_every_grid_track_a_minimum_of_nothing():
    """A track without `minmax(0, ...)` makes a page scroll sideways on a phone."""
    tracks = re.findall(r"grid-template-columns: ([^;]+);", CSS)

    assert tracks
    assert [track for track in tracks if "minmax(" not in track] == []
