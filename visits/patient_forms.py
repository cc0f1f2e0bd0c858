"""The forms of the booking wizard: the shared inputs of `visits.forms`, asked page by page in plain words."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from oncology_clinic.accounts.places import STATES
from oncology_clinic.forms import CommandForm
from visits.forms import (
    CANCEL_REASONS,
    PREFERENCES,
    YES_NO,
    AnswersMixin,
    BookAppointmentForm,
    CancelForm,
    InstantField,
    RescheduleForm,
    ServiceField,
    YesNoField,
)
from visits.rules import catalogue, facts
from visits.services import wizard

NONE_OF_THESE = "none"
UNKNOWN_PLACE = "unknown"
DEVICES = (
    ("video", _("A phone, tablet or computer with a camera")),
    ("bandwidth", _("Internet that is good enough for video")),
    ("phone", _("A phone for calls")),
)
NEEDS = (
    ("deaf_hoh", _("I am deaf or hard of hearing")),
    ("relay_or_caption", _("I use captions or a relay service")),
    ("cognition_impaired", _("It is hard for me to follow or remember what is said")),
    ("helper", _("Someone will be with me to help")),
    ("aid_in_clinic", _("The help I need to understand is only at the clinic")),
)
TRAVEL = (
    ("cannot_travel", _("I cannot travel to the clinic now")),
    ("barrier", _("It is hard for me to get to the clinic")),
)
LANGUAGES_SPOKEN = (
    ("en", "English"),
    ("es", "Español"),
    ("ase", _("American Sign Language")),
    ("ar", "العربية"),
    ("zh", "中文"),
    ("fr", "Français"),
    ("ht", "Kreyòl ayisyen"),
    ("hi", "हिन्दी"),
    ("ko", "한국어"),
    ("ne", "नेपाली"),
    ("pt", "Português"),
    ("ru", "Русский"),
    ("so", "Soomaali"),
    ("tl", "Tagalog"),
    ("uk", "Українська"),
    ("vi", "Tiếng Việt"),
)
CHOICES_INSTEAD = [(str(one), str(one)) for one in wizard.Choice]


def _flag_choices() -> list[tuple[str, str]]:
    """Every flag as a patient would say it, emergencies first, and the answer that nothing applies."""
    words = catalogue.load().wording.flags
    language = get_language() or "en"
    said = [(str(code), words[flag].label.say(language)) for code, flag in facts.FLAGS.items()]
    return [*said, (NONE_OF_THESE, str(_("None of these")))]


def _state_choices() -> list[tuple[str, str]]:
    return [*STATES.items(), (UNKNOWN_PLACE, str(_("I do not know yet")))]


def _scale() -> list[tuple[str, str]]:
    return [*((str(number), str(number)) for number in range(11)), ("", str(_("I would rather not say")))]


class AnyOfField(forms.MultipleChoiceField):
    """A list of boxes where ticking none is an answer too, not an answer left out."""

    def validate(self, value: Any) -> None:
        if value:
            super().validate(value)


class BeginForm(CommandForm):
    """One press of a button: the service. `clinician`: whom the patient would like to see again."""

    service = ServiceField(error_messages={"required": _("Choose a service from the list.")})
    patient = forms.UUIDField(required=False)
    clinician = forms.UUIDField(required=False)

    def command(self) -> wizard.BeginCommand:
        data = self.cleaned_data
        return wizard.BeginCommand(service=data["service"], patient_id=data["patient"], clinician_id=data["clinician"])


class QuestionsForm(AnswersMixin, CommandForm):
    """How you feel first, then where and how. Three of the shared fields' groups are asked as one list each."""

    temp_c = pain_baseline = ambers = self_pay_ack = None  # type: ignore[assignment]
    cap_video = cap_bandwidth = cap_phone = None  # type: ignore[assignment]
    comm_deaf_hoh = comm_relay_or_caption = comm_cognition_impaired = comm_helper = comm_interpreter = None  # type: ignore[assignment]
    cannot_travel = barrier = None  # type: ignore[assignment]

    flags = forms.MultipleChoiceField(
        label=_("Do you have any of these now, or did you in the last day?"),
        help_text=_("Tick all that are true. If nothing is, tick “None of these”."),
        choices=_flag_choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Tick what you have, or “None of these”."),
            "invalid_choice": _("Tick only answers from the list."),
        },
    )
    temp_f = forms.FloatField(
        required=False,
        min_value=86,
        max_value=113,
        label=_("Your temperature, if you took it"),
        help_text=_("In degrees Fahrenheit, for example 98.6"),
        widget=forms.TextInput(attrs={"class": "w-4", "inputmode": "decimal", "autocomplete": "off"}),
        error_messages={
            "invalid": _("Write the temperature as a number, for example 98.6."),
            "min_value": _("Write the temperature in Fahrenheit, from 86 to 113."),
            "max_value": _("Write the temperature in Fahrenheit, from 86 to 113."),
        },
    )
    pain_now = forms.TypedChoiceField(  # type: ignore[assignment]
        required=False,
        coerce=int,
        empty_value=None,
        choices=_scale,
        label=_("How bad is your pain now?"),
        help_text=_("Pick the number that feels closest. There is no wrong answer."),
        widget=forms.RadioSelect(
            attrs={"data-scale": "1", "data-low": _("0: no pain"), "data-high": _("10: worst pain")}
        ),
        error_messages={"invalid_choice": _("Choose a number from 0 to 10.")},
    )
    pain_new = YesNoField(label=_("Is this pain new, or worse than it was?"), widget=forms.RadioSelect(choices=YES_NO))
    location = forms.ChoiceField(
        choices=_state_choices,
        label=_("Which state will you be in during the visit?"),
        help_text=_("State law says who may care for you by video or phone."),
        error_messages={
            "required": _("Choose a state from the list."),
            "invalid_choice": _("Choose a state from the list."),
        },
    )
    devices = AnyOfField(
        choices=DEVICES,
        label=_("What can you use at home?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Tick only answers from the list.")},
    )
    private_safe_place = YesNoField(
        absent=True,
        label=_("Will you have a private and safe place to talk?"),
        widget=forms.RadioSelect(choices=YES_NO),
    )
    comm_language = forms.ChoiceField(  # type: ignore[assignment]
        choices=LANGUAGES_SPOKEN,
        label=_("Which language should we speak?"),
        help_text=_("An interpreter is free."),
        error_messages={
            "required": _("Choose a language from the list."),
            "invalid_choice": _("Choose a language from the list."),
        },
    )
    needs = AnyOfField(
        choices=NEEDS,
        label=_("Is any of this true for you?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Tick only answers from the list.")},
    )
    pref = forms.ChoiceField(
        required=False,
        choices=PREFERENCES,
        label=_("What would you like best?"),
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose an answer from the list.")},
    )
    travel = AnyOfField(
        choices=TRAVEL,
        label=_("Getting to the clinic"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Tick only answers from the list.")},
    )

    field_order = (
        "flags", "temp_f", "pain_now", "pain_new", "location", "devices", "private_safe_place",
        "comm_language", "needs", "pref", "travel",
    )  # fmt: skip

    def __init__(self, *args: Any, draft_id: UUID, **kwargs: Any) -> None:
        self.draft_id = draft_id
        super().__init__(*args, **kwargs)
        self.fields["private_safe_place"].required = True  # it comes filled in; "(optional)" would say nothing

    def clean_location(self) -> str:
        given = str(self.cleaned_data["location"])
        return "" if given == UNKNOWN_PLACE else given

    def clean_flags(self) -> list[str]:
        ticked: list[str] = self.cleaned_data["flags"]
        if NONE_OF_THESE in ticked and len(ticked) > 1:
            raise ValidationError(_("You ticked “None of these” and something else. Leave only what is true."))
        return [code for code in ticked if code != NONE_OF_THESE]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in dict(DEVICES):
            cleaned[f"cap_{name}"] = name in cleaned.get("devices", ())
        for name in ("deaf_hoh", "relay_or_caption", "cognition_impaired", "helper"):
            cleaned[f"comm_{name}"] = name in cleaned.get("needs", ())
        cleaned["comm_interpreter"] = "in_person_only" if "aid_in_clinic" in cleaned.get("needs", ()) else ""
        for name in dict(TRAVEL):
            cleaned[name] = name in cleaned.get("travel", ())
        return cleaned

    def command(self) -> wizard.AnswerCommand:
        return wizard.AnswerCommand(
            draft_id=self.draft_id,
            location=self.cleaned_data["location"],
            answers=self.answers(),
            temperature=str(self.data.get("temp_f", "")).strip(),
        )


class TimeForm(CommandForm):
    """`slot` is a start and a clinician, as the page offers them: `2026-12-01T15:00:00+00:00|ID`."""

    slot = forms.CharField(
        max_length=120,
        widget=forms.TextInput(attrs={"id": "id_slot_0_0"}),
        error_messages={"required": _("Choose a time."), "max_length": _("Choose a time from the list.")},
    )

    def __init__(self, *args: Any, draft_id: UUID, **kwargs: Any) -> None:
        self.draft_id = draft_id
        super().__init__(*args, **kwargs)

    def clean_slot(self) -> tuple[datetime, UUID]:
        start, _bar, clinician = str(self.cleaned_data["slot"]).partition("|")
        try:
            moment = InstantField().clean(start)
            return moment, UUID(clinician)
        except (ValueError, ValidationError):
            raise ValidationError(_("Choose a time from the list.")) from None

    def command(self) -> wizard.ChooseTimeCommand:
        start, clinician_id = self.cleaned_data["slot"]
        return wizard.ChooseTimeCommand(draft_id=self.draft_id, start=start, clinician_id=clinician_id)


class ChooseInsteadForm(CommandForm):
    choice = forms.ChoiceField(
        choices=CHOICES_INSTEAD,
        error_messages={"required": _("Choose one of these."), "invalid_choice": _("Choose one of these.")},
    )

    def __init__(self, *args: Any, draft_id: UUID, **kwargs: Any) -> None:
        self.draft_id = draft_id
        super().__init__(*args, **kwargs)

    def command(self) -> wizard.ChooseInsteadCommand:
        return wizard.ChooseInsteadCommand(self.draft_id, wizard.Choice(self.cleaned_data["choice"]))


class BookPageForm(BookAppointmentForm):
    """The shared form, and the draft the page came from."""

    draft = forms.UUIDField(required=False, widget=forms.HiddenInput)


class MoveForm(RescheduleForm):
    start = InstantField(
        error_messages={"required": _("Choose a time.")}, widget=forms.TextInput(attrs={"id": "id_start_0_0"})
    )


class CancelVisitForm(CancelForm):
    reason = forms.ChoiceField(  # type: ignore[assignment]
        choices=CANCEL_REASONS,
        label=_("Why do you want to cancel?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason."), "invalid_choice": _("Choose a reason from the list.")},
    )


def day_of(text: str) -> Any:
    """A day out of the address of a page, or None: a link somebody broke shows the first days."""
    try:
        found = parse_date(text or "")
    except ValueError:
        return None
    return found if found is not None and 2000 <= found.year <= 2200 else None
