"""The instrument files: what ships with text, what does not, and which codes we vouch for."""

import pytest

from screening.rules import flags, instrument
from screening.rules.instrument import Action, catalogue

# Read in public material (facts of section 3.3); a code from memory has no place in a file.
VERIFIED_CODES = {
    "44249-1",
    "44261-6",
    "44250-9",
    "44255-8",
    "44259-0",
    "44254-1",
    "44251-7",
    "44258-2",
    "LA6568-5",
    "LA6569-3",
    "LA6570-1",
    "LA6571-9",
    "55758-7",
    "69737-5",
    "70274-6",
    "69689-8",
    "69736-7",
    "69724-3",
    "72514-3",
}
ALL = list(catalogue().values())


def test_it_knows_the_eleven_instruments():
    assert sorted(catalogue()) == [
        "distress-0-10",
        "esas-r",
        "gad2",
        "gad7",
        "mcsi",
        "nrs-pain",
        "peg",
        "phq2",
        "phq4",
        "phq9",
        "zbi12",
    ]


@pytest.mark.parametrize("asked", ALL, ids=lambda asked: asked.id)
def test_each_names_its_licence_its_source_and_its_version(asked):
    assert asked.version
    assert asked.licence
    assert asked.sources
    assert all(source.title and source.read_on for source in asked.sources)


@pytest.mark.parametrize("asked", ALL, ids=lambda asked: asked.id)
def test_each_band_scale_rises_and_its_rules_name_what_exists(asked):
    codes = {item.code for item in asked.items}
    names = {(band.scale, band.name) for band in asked.bands}

    for scale in asked.scales:
        starts = [band.start for band in asked.bands if band.scale == scale]
        assert starts == sorted(set(starts))
        assert starts[0] == 0
    for rule in asked.actions:
        assert not rule.item or rule.item in codes
        assert not rule.part or rule.part in {part.name for part in asked.parts}
        assert not rule.band or (rule.scale, rule.band) in names
    assert all(code in codes for part in asked.parts for code in part.items)


@pytest.mark.parametrize("asked", ALL, ids=lambda asked: asked.id)
def test_each_ships_text_in_both_languages_or_none_at_all(asked):
    texts = [item.text for item in asked.items]
    if asked.text_source == "clinic_supplied":
        assert not any(texts), "this text is not ours to ship"
        assert not asked.enabled
        return

    spoken = [*texts, asked.name, asked.recall, *([] if asked.is_scale else [option.text for option in asked.options])]
    assert all(set(words) == {"en", "es"} and all(words.values()) for words in spoken)
    assert asked.translation == {"es": "needs_qualified_reviewer"}


def test_peg_stays_off_until_its_licence_is_confirmed():
    assert not catalogue()["peg"].enabled


@pytest.mark.parametrize("asked", ALL, ids=lambda asked: asked.id)
def test_each_code_of_loinc_was_read_at_its_source(asked):
    codes = {*asked.loinc.values(), *(item.loinc for item in asked.items), *(option.loinc for option in asked.options)}

    assert codes - {""} <= VERIFIED_CODES


@pytest.mark.parametrize("asked", ALL, ids=lambda asked: asked.id)
def test_nothing_bears_the_name_of_the_thermometer(asked):
    spoken = " ".join(text for words in [asked.name, *(item.text for item in asked.items)] for text in words.values())

    assert "NCCN" not in spoken
    assert "thermometer" not in spoken.lower()


@pytest.mark.parametrize(
    ("found", "severity"),
    [
        ([], None),
        (["ask_again", "complete_missing", "meaningful_improvement"], None),
        (["pain_plan_of_care"], "routine"),
        (["psychosocial_referral", "clinician_contact_24h"], "soon"),
        (["suicide_risk_assessment_same_day", "psychosocial_referral"], "urgent"),
        (["ask_item9_same_day"], "urgent"),
    ],
)
def test_the_most_pressing_action_decides_how_soon(found, severity):
    assert flags.severity_of(found) == severity


def test_every_action_that_asks_for_a_person_has_a_time():
    silent = {Action.ask_again, Action.complete_missing, Action.meaningful_improvement}

    assert set(flags.SEVERITY) == set(Action) - silent


def test_words_fall_back_to_english():
    assert instrument.words({"en": "Pain"}, language="es-mx") == "Pain"
    assert instrument.words({"en": "Pain", "es": "Dolor"}, language="es-mx") == "Dolor"
    assert instrument.words({}, language="en") == ""
