"""The Spanish catalogue: complete, compiled, and true to the code."""

from __future__ import annotations

import gettext
import io
import subprocess
import sys

import pytest

from oncology_clinic.words import catalogue, extraction
from oncology_clinic.words.catalogue import Catalogue, Entry
from oncology_clinic.words.extraction import Message
from tests.words import audiences, data_files

PO = catalogue.path_of(audiences.ROOT, "es")
HEADER = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"


@pytest.fixture(scope="module")
def spanish() -> Catalogue:
    return catalogue.read(PO)


def test_it_holds_every_message_of_the_code_and_no_other(spanish: Catalogue) -> None:
    asked = set(extraction.messages(audiences.ROOT))

    held = set(spanish.by_message())

    assert asked - held == set(), "run `manage.py words` and translate these"
    assert held - asked == set(), "run `manage.py words`: nothing asks for these any more"


def test_it_translates_every_message_and_leaves_none_in_doubt(spanish: Catalogue) -> None:
    waiting = [entry.message.text for entry in spanish.entries if not entry.is_translated]

    assert waiting == []


def test_it_has_two_forms_wherever_english_has_two(spanish: Catalogue) -> None:
    wrong = [e.message.text for e in spanish.entries if len(e.texts) != (2 if e.message.plural else 1)]

    assert wrong == []


def test_it_keeps_every_placeholder(spanish: Catalogue) -> None:
    changed = []
    for entry in spanish.entries:
        wanted = [entry.message.text, entry.message.plural] if entry.message.plural else [entry.message.text]
        given = list(entry.texts)
        if any(audiences.placeholders(en) != audiences.placeholders(es) for en, es in zip(wanted, given, strict=False)):
            changed.append(entry.message.text)

    assert changed == []


def test_it_keeps_the_tags_inside_a_sentence(spanish: Catalogue) -> None:
    changed = [
        e.message.text for e in spanish.entries if any(text.count("<") != e.message.text.count("<") for text in e.texts)
    ]

    assert changed == []


def test_the_compiled_file_is_that_of_the_text(spanish: Catalogue) -> None:
    assert PO.with_suffix(".mo").read_bytes() == catalogue.compiled(spanish), "run `manage.py words`"


def test_the_standard_library_reads_the_compiled_file_as_we_wrote_it(spanish: Catalogue) -> None:
    with PO.with_suffix(".mo").open("rb") as file:
        read = gettext.GNUTranslations(file)

    for entry in spanish.entries:
        message = entry.message
        if message.context:
            assert read.pgettext(message.context, message.text) == entry.texts[0]
        elif message.plural:
            assert (
                read.ngettext(message.text, message.plural, 1),
                read.ngettext(message.text, message.plural, 2),
            ) == entry.texts
        else:
            assert read.gettext(message.text) == entry.texts[0]


def test_it_says_that_a_qualified_translator_must_still_read_it(spanish: Catalogue) -> None:
    assert "NEEDS REVIEW BY A QUALIFIED TRANSLATOR" in spanish.comment


def test_a_message_in_doubt_is_not_shown() -> None:
    doubtful = Catalogue(
        "", HEADER, (Entry(Message("Day"), ("Noche",), is_fuzzy=True), Entry(Message("Week"), ("Semana",)))
    )

    read = gettext.GNUTranslations(io.BytesIO(catalogue.compiled(doubtful)))

    assert (read.gettext("Day"), read.gettext("Week")) == ("Day", "Semana")


def test_gathering_keeps_translations_and_drops_what_nobody_asks_for() -> None:
    old = Catalogue("", HEADER, (Entry(Message("Kept"), ("Guardado",)), Entry(Message("Gone"), ("Ido",))))

    new = catalogue.merged(old, {Message("Kept"): ["a.py"], Message("Fresh"): ["a.py"]})

    assert {entry.message.text: entry.texts for entry in new.entries} == {"Kept": ("Guardado",), "Fresh": ()}


def test_what_is_written_reads_back_the_same(spanish: Catalogue, tmp_path) -> None:
    copy = tmp_path / "django.po"
    copy.write_text(catalogue.written(spanish), encoding="utf-8")

    assert catalogue.read(copy) == spanish
    assert PO.read_text(encoding="utf-8") == catalogue.written(spanish)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('_("Yes")', [Message("Yes")]),
        ('_("One " "sentence")', [Message("One sentence")]),
        ('gettext_lazy("Later")', [Message("Later")]),
        ('ngettext("%(count)d day", "%(count)d days", count)', [Message("%(count)d day", plural="%(count)d days")]),
        ('pgettext("button", "Open")', [Message("Open", context="button")]),
        ("_(SENTENCES[code])", []),
        ('print("Yes")', []),
    ],
)
def test_it_finds_the_messages_of_a_module(text: str, expected: list[Message]) -> None:
    assert list(extraction.in_python(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{% translate "Skip to the page" %}', [Message("Skip to the page")]),
        ('{% component "title" text=_("Your visits") %}', [Message("Your visits")]),
        ('{{ _("It\'s here") }}', [Message("It's here")]),
        ("{% blocktranslate trimmed %}\n Call\n {{ phone }}.\n{% endblocktranslate %}", [Message("Call %(phone)s.")]),
        (
            "{% blocktranslate count n=n %}{{ n }} code{% plural %}{{ n }} codes{% endblocktranslate %}",
            [Message("%(n)s code", plural="%(n)s codes")],
        ),
        ("<p>Not marked</p>", []),
    ],
)
def test_it_finds_the_messages_of_a_template(text: str, expected: list[Message]) -> None:
    assert list(extraction.in_template(text)) == expected


def test_the_command_agrees_that_the_files_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "words", "--check"],
        cwd=audiences.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "pair", [*data_files.all_pairs(), *data_files.instruments(validated=True)], ids=lambda pair: pair.where
)
def test_every_text_of_the_data_files_is_in_both_languages_with_the_same_placeholders(pair: data_files.Pair) -> None:
    assert bool(pair.en.strip()) == bool(pair.es.strip())
    assert set(audiences.placeholders(pair.en)) == set(audiences.placeholders(pair.es))
