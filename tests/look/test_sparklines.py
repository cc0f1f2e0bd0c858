"""The small charts: numbers, words, and nothing a strict policy refuses."""

from __future__ import annotations

import pytest
from django.utils import translation

from oncology_clinic.front import sparklines


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def draw(values: list[int | None]) -> str:
    return str(sparklines.draw(values, label="Pain", high=10, threshold=4))


def test_it_says_the_chart_in_words():
    assert 'aria-label="Pain, oldest first: 2, skipped, 7. Latest: 7 out of 10."' in draw([2, None, 7])


def test_it_prints_the_latest_answer_in_digits():
    assert "<b>7</b>" in draw([2, 7])


def test_it_leaves_a_gap_where_an_answer_was_skipped():
    assert draw([1, 2, 3, 4]).count("<polyline") == 1
    assert draw([1, 2, None, 4]).count("<polyline") == 2


@pytest.mark.parametrize(("latest", "is_high"), [(3, False), (4, True), (5, True)])
def test_it_marks_the_last_answer_from_four(latest: int, is_high: bool):
    assert ("is-high" in draw([0, latest])) is is_high


@pytest.mark.parametrize("values", [[], [None, None]])
def test_it_says_so_when_there_are_no_answers(values: list[int | None]):
    assert draw(values) == '<span class="quiet">No answers yet</span>'


def test_it_keeps_values_beyond_the_scale_inside_the_picture():
    drawn = draw([-3, 14])

    assert 'cy="4.0"' in drawn
    assert "-" not in drawn.split('points="')[1].split('"')[0]


def test_it_escapes_the_label_and_styles_nothing_inline():
    drawn = str(sparklines.draw([1], label='"><script>', high=10, threshold=4))

    assert "<script>" not in drawn
    assert "style=" not in drawn
