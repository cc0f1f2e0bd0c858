"""A person is found by exact values, however they were typed."""

from datetime import UTC, date, datetime

import pytest

from oncology_clinic.crypto import blind


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("name", "Ruth Delgado", "  ruth   DELGADO "),
        ("name", "Peña", "PEÑA"),
        ("name", "Peña", "Peña"),
        ("name", "Straße", "STRASSE"),
        ("email", "Ruth@Example.org", " ruth@example.ORG"),
        ("phone", "+1 (614) 555-0142", "614.555.0142"),
        ("phone", "6145550142", "1-614-555-0142"),
        ("birth_date", date(1958, 12, 31), "1958-12-31"),
        ("birth_date", datetime(1958, 12, 31, 5, tzinfo=UTC), " 1958-12-31 "),
    ],
)
def test_it_finds_the_same_person_however_it_was_typed(kind, one, other):
    assert blind.index(kind, one) == blind.index(kind, other)
    assert len(blind.index(kind, one)) == 16


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("name", "Ruth Delgado", "Ruth Delgada"),
        ("name", "Ruth Delgado", "RuthDelgado"),
        ("email", "ruth@example.org", "ruth@example.com"),
        ("phone", "6145550142", "6145550143"),
        ("birth_date", "1958-12-31", "1958-12-30"),
    ],
)
def test_it_tells_people_apart(kind, one, other):
    assert blind.index(kind, one) != blind.index(kind, other)


def test_it_does_not_say_that_a_name_is_somebody_elses_email():
    assert blind.index("name", "6145550142") != blind.index("phone", "6145550142")


def test_it_depends_on_its_key(settings):
    before = blind.index("name", "Ruth")
    settings.BLIND_INDEX_KEY = "YW5vdGhlciBibGluZCBpbmRleCBrZXkgIC4uLiAuLi4="

    assert blind.index("name", "Ruth") != before


@pytest.mark.parametrize(
    ("kind", "value"), [("name", "  "), ("phone", "none"), ("birth_date", "31/12/1958"), ("email", "")]
)
def test_it_indexes_nothing_where_there_is_nothing(kind, value):
    with pytest.raises(blind.NotIndexable) as refused:
        blind.index(kind, value)
    assert value not in str(refused.value) or not value.strip()
    assert blind.index_or_none(kind, value) is None
    assert blind.index_or_none(kind, None) is None


def test_it_refuses_an_unknown_kind():
    with pytest.raises(KeyError):
        blind.index("shoe_size", "42")
