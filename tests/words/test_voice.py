"""The clinic's voice: calm, honest, no judgement; in Spanish always with `usted`."""

from __future__ import annotations

import re

import pytest

from oncology_clinic.words import catalogue
from tests.words import audiences, data_files

ENGLISH = re.compile(
    r"!|\b(battles?|battling|fight(ing)? (cancer|your)|victims?|suffer(s|er|ing)?|survived|fail(s|ed|ure|ing)?|abnormal|"
    r"non-?complian(t|ce)|refus(e|es|ed|ing) treatment|please|sorry|oops|unfortunately|invalid|error occurred)\b",
    re.IGNORECASE,
)
SPANISH = re.compile(
    r"[!¡]|\b(batallas?|v[ií]ctimas?|sufrid[oa]s?|sufre|fracas(o|ó|ar|ado)|fall(ó|ido|ida)|anormal(es)?|incumplid[oa]r?a?|"
    r"incumplimiento|por favor|lo sentimos|lamentamos|perdone|inválid[oa]s?)\b",
    re.IGNORECASE,
)
TU = re.compile(
    r"\b(tú|tu|tus|tuy[oa]s?|ti|contigo|te|puedes|tienes|quieres|necesitas|eres|estás|debes|sabes|haz|dinos|llámanos|"
    r"pregúntanos|cuéntanos)\b",
    re.IGNORECASE,
)
SAID = {text for message in audiences.patient_messages() for text in (message.text, message.plural) if text}
SAID |= {pair.en for pair in data_files.all_pairs()}
CATALOGUE = catalogue.read(catalogue.path_of(audiences.ROOT, "es")).by_message()
SAID_IN_SPANISH = {text for m in audiences.patient_messages() if m in CATALOGUE for text in CATALOGUE[m].texts}
SAID_IN_SPANISH |= {pair.es for pair in data_files.all_pairs()}
ALL_SPANISH = SAID_IN_SPANISH | {text for entry in CATALOGUE.values() for text in entry.texts}


def test_english_never_alarms_blames_or_begs() -> None:
    assert [text for text in sorted(SAID) if ENGLISH.search(text)] == []


def test_spanish_never_alarms_blames_or_begs() -> None:
    assert [text for text in sorted(SAID_IN_SPANISH) if SPANISH.search(text)] == []


def test_spanish_says_usted_throughout() -> None:
    assert [text for text in sorted(ALL_SPANISH) if TU.search(text)] == []


@pytest.mark.parametrize("text", ["Please call us.", "Your test was abnormal.", "Booked!", "She lost her battle."])
def test_the_rule_catches_what_it_should(text: str) -> None:
    assert ENGLISH.search(text)


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        (r"\bhealth plan\b", r"plan(es)? de seguro"),
        (r"\bcare teams?\b", r"equipos? de atención"),
        (r"\bcaregivers?\b", r"cuidador"),
        (r"\bvisits?\b", r"visita|hacerla|pagarla|cubierta"),
        (r"\bdistress\b", r"malestar"),
        (r"\bpassword\b", r"contraseña"),
        (r"\bsecond step\b", r"[Ss]egundos? pasos?"),
    ],
)
def test_one_thing_has_one_word(english: str, spanish: str) -> None:
    unlike = [
        (entry.message.text, entry.texts)
        for entry in CATALOGUE.values()
        if re.search(english, audiences.PLACEHOLDER.sub("", entry.message.text), re.IGNORECASE)
        and not re.search(spanish, entry.texts[0], re.IGNORECASE)
    ]

    assert unlike == []
