"""Which questions stand on which page."""

from screening.rules import pages


def test_the_pre_visit_pack_has_three_pages_and_at_most_twelve_taps():
    found = pages.pages(pages.PRE_VISIT)

    assert [(page.number, page.instrument.id, len(page.items)) for page in found] == [
        (1, "nrs-pain", 1),
        (2, "distress-0-10", 1),
        (3, "phq4", 4),
    ]
    assert pages.taps(pages.PRE_VISIT) <= 12


def test_a_long_instrument_asks_one_question_a_page_and_ends_once():
    found = pages.pages(["phq9"])

    assert len(found) == 9
    assert [page.is_last_of_instrument for page in found] == [False] * 8 + [True]
    assert [page.first for page in found] == list(range(9))
