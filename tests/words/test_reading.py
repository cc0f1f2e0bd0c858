"""Patients' words are easy to read, by formula, in both languages.

Measured with textstat: Flesch-Kincaid for English, Fernandez-Huerta for Spanish. A formula cannot judge a label of two
words, so a group is read as one text of its sentences, and a single text counts from seven words on. Validated
instruments keep their publisher's wording and are left out.
"""

from __future__ import annotations

import re
import warnings

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # textstat 0.7.4 imports pkg_resources
    import textstat

from oncology_clinic.words import catalogue
from tests.words import audiences, data_files

GRADE_OF_A_GROUP = 6.0
GRADE_OF_A_TEXT = 9.0
EASE_IN_SPANISH = 60.0
WORDS_OF_A_SENTENCE = 3
WORDS_TO_JUDGE_ONE = 7
STAND_IN = "Ohio"


def plain(text: str) -> str:
    """As it would be read: a word for each placeholder, one line, and an end."""
    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", audiences.PLACEHOLDER.sub(STAND_IN, text))).strip()
    return shown if shown.endswith((".", "?", ":")) else f"{shown}."


def grade(texts: list[str]) -> float:
    textstat.set_lang("en_US")
    return float(textstat.flesch_kincaid_grade(" ".join(map(plain, texts))))


def ease(texts: list[str]) -> float:
    textstat.set_lang("es")
    return float(textstat.fernandez_huerta(" ".join(map(plain, texts))))


def sentences(texts: list[str]) -> list[str]:
    return [text for text in texts if len(text.split()) >= WORDS_OF_A_SENTENCE]


def groups() -> dict[str, tuple[list[str], list[str]]]:
    """English and Spanish texts of each group of pages and of each kind of data file."""
    spanish = catalogue.read(catalogue.path_of(audiences.ROOT, "es")).by_message()
    found = {
        f"pages: {name}": (
            [message.text for message in messages],
            [text for message in messages if message in spanish for text in spanish[message].texts[:1]],
        )
        for name, messages in audiences.by_group().items()
    }
    for pair in data_files.all_pairs():
        english, theirs = found.setdefault(f"data: {pair.group}", ([], []))
        english.append(pair.en)
        theirs.append(pair.es)
    return found


GROUPS = groups()
EVERY_TEXT = sorted({text for english, _ in GROUPS.values() for text in english})


@pytest.mark.parametrize("name", sorted(GROUPS))
def test_a_group_reads_at_sixth_grade_in_english(name: str) -> None:
    english, _ = GROUPS[name]

    assert grade(sentences(english)) <= GRADE_OF_A_GROUP


@pytest.mark.parametrize("name", sorted(GROUPS))
def test_a_group_is_easy_to_read_in_spanish(name: str) -> None:
    _, spanish = GROUPS[name]

    assert ease(sentences(spanish)) >= EASE_IN_SPANISH


@pytest.mark.parametrize("name", sorted(GROUPS))
def test_a_group_says_as_much_in_spanish_as_in_english(name: str) -> None:
    english, spanish = GROUPS[name]

    assert len([text for text in spanish if text.strip()]) == len(english)


def test_no_single_text_is_harder_than_ninth_grade() -> None:
    hard = {text: grade([text]) for text in EVERY_TEXT if len(text.split()) >= WORDS_TO_JUDGE_ONE}

    assert {text: found for text, found in hard.items() if found > GRADE_OF_A_TEXT} == {}


def test_the_measure_tells_hard_from_easy() -> None:
    hard = "Notwithstanding aforementioned considerations, reimbursement eligibility necessitates individualized determination."

    assert grade([hard]) > GRADE_OF_A_TEXT > GRADE_OF_A_GROUP > grade(["You can call us at any time, day or night."])
    assert (
        ease(["Su elegibilidad administrativa necesitará determinaciones individualizadas extraordinariamente."])
        < EASE_IN_SPANISH
    )
