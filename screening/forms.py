"""The one input of each use case, for the pages and for the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from oncology_clinic.forms import CommandForm
from screening.rules.instrument import Instrument, Item, words
from screening.rules.pages import Page
from screening.services.commands import AnswerScreen, SavePage

TALK, LATER = "talk", "later"  # what the other buttons of a page ask for, in `_action`
NOT_AN_OPTION = -1  # stands for anything no instrument offers, so that the rules refuse it


def field_name(position: int) -> str:
    return f"answer_{position + 1}"


def choices(asked: Instrument, *, language: str) -> list[tuple[str, str]]:
    """What may be chosen, and the way to leave a question out again after having chosen."""
    offered = [
        (str(option.value), words(option.text, language=language) or str(option.value)) for option in asked.options
    ]
    return [*offered, ("", str(_("I would rather not say")))]


class PageForm(CommandForm):
    """The questions of one page. Nothing is required: a question may be skipped."""

    def __init__(self, *args: Any, request_id: UUID, page: Page, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request_id, self.asked_page = request_id, page
        language = get_language() or "en"
        for position, item in zip(page.positions, page.items, strict=True):
            self.fields[field_name(position)] = _answer(page.instrument, item, language=language)

    @property
    def next_step(self) -> str:
        return str(self.data.get("_action", ""))

    def command(self) -> SavePage:
        answers = tuple(self.cleaned_data[field_name(position)] for position in self.asked_page.positions)
        return SavePage(self.request_id, self.asked_page.number, answers, wants_call=self.next_step == TALK)


def _answer(asked: Instrument, item: Item, *, language: str) -> forms.TypedChoiceField:
    attrs = {}
    if asked.is_scale:
        low, high = words(asked.lowest_text, language=language), words(asked.highest_text, language=language)
        attrs = {"data-scale": asked.id, "data-low": low, "data-high": high}
    return forms.TypedChoiceField(
        label=words(item.text, language=language),
        help_text=words(item.hint, language=language),
        choices=choices(asked, language=language),
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect(attrs=attrs),
        error_messages={"invalid_choice": _("Choose one of the answers shown.")},
    )


class AnswerList(forms.Field):
    """A list of whole numbers and blanks; whether they fit the instrument is for the rules to say."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> tuple[int | None, ...]:
        if value is None:
            raise ValidationError(_("Send your answers as a list, in the order of the questions."), code="required")
        return tuple(_whole_number(text) for text in value)


def _whole_number(text: str) -> int | None:
    if text == "":
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else NOT_AN_OPTION


class _PresentList(forms.MultipleHiddenInput):
    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """None when the key is absent: an empty list is a wrong number of answers, not a forgotten key."""
        return data.getlist(name) if name in data else None


class AnswersForm(CommandForm):
    """All answers of one instrument, for programs."""

    answers = AnswerList(widget=_PresentList)

    def __init__(self, *args: Any, request_id: UUID, instrument_id: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request_id, self.instrument_id = request_id, instrument_id

    def command(self) -> AnswerScreen:
        return AnswerScreen(self.request_id, self.instrument_id, self.cleaned_data["answers"])


class PressForm(CommandForm):
    """A button and nothing else."""

    def command(self) -> None:
        return None


class CloseAlertForm(CommandForm):
    """What came of it."""

    outcome = forms.CharField(
        label=_("What came of it?"),
        help_text=_("Who was reached, what was agreed, what happens next. It is kept with the alert."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write what came of it before you close the alert.")},
    )

    def command(self) -> str:
        return str(self.cleaned_data["outcome"])
