"""Which questions stand on which page. One a page, except where an instrument groups its items under one stem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from screening.rules import instrument
from screening.rules.instrument import Instrument, Item

PRE_VISIT: tuple[str, ...] = ("nrs-pain", "distress-0-10", "phq4")  # the pre-visit pack, in the order it is asked


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a request, numbered from 1. `first` is the position of its first item in the instrument."""

    number: int
    instrument: Instrument
    first: int
    items: tuple[Item, ...]
    is_last_of_instrument: bool

    @property
    def positions(self) -> range:
        return range(self.first, self.first + len(self.items))


def pages(instruments: Sequence[str]) -> tuple[Page, ...]:
    """The pages of these instruments, in order. Optional items are asked too."""
    found: list[Page] = []
    for instrument_id in instruments:
        asked = instrument.get(instrument_id)
        for first in range(0, len(asked.items), asked.items_per_page):
            items = asked.items[first : first + asked.items_per_page]
            is_last = first + len(items) == len(asked.items)
            found.append(Page(len(found) + 1, asked, first, items, is_last))
    return tuple(found)


def taps(instruments: Sequence[str]) -> int:
    """How often one taps from the start page to the last button: start, each answer, each Continue, send."""
    return 2 + sum(len(page.items) + 1 for page in pages(instruments))
