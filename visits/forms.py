"""The inputs of booking and all that follows it, for pages and programs alike. Nothing the record knows can be typed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from oncology_clinic.forms import CommandForm
from visits.models import Modality
from visits.rules import catalogue, facts
from visits.services import commands

MAX_DAYS = 31
CANCEL_REASONS = (
    ("patient_request", _("I do not need it any more")),
    ("feeling_unwell", _("I feel too unwell")),
    ("cannot_travel", _("I cannot get there")),
    ("time_does_not_fit", _("The time does not fit")),
    ("clinic_request", _("The clinic asked for it")),
    ("booked_by_mistake", _("It was booked by mistake")),
    ("other", _("Another reason")),
)
VERDICTS = (("in_person", _("In the clinic")), ("telehealth", _("By video or phone")), ("decline", _("Not this visit")))
PREFERENCES = (
    ("", _("Either is fine")),
    ("in_person", _("In the clinic")),
    ("telehealth", _("By video")),
    ("audio", _("By phone")),
)
INTERPRETER = (("", _("No")), ("available", _("Yes")), ("in_person_only", _("Yes, and only in the clinic")))
YES_NO = (("yes", _("Yes")), ("no", _("No")))
_WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


class YesNoField(forms.Field):
    """yes/no, true/false, or nothing at all, which stays None (`absent` when given)."""

    widget = forms.RadioSelect(choices=YES_NO)

    def __init__(self, *, absent: bool | None = None, **kwargs: Any) -> None:
        self.absent = absent
        super().__init__(required=False, **kwargs)

    def clean(self, value: Any) -> bool | None:
        word = str(value or "").strip().lower()
        if not word:
            return self.absent
        if word not in _WORDS:
            raise ValidationError(_("Choose yes or no."), code="invalid")
        return _WORDS[word]


class InstantField(forms.CharField):
    """A date-time with its offset, as ISO 8601. One without an offset could mean two moments, or none: refused."""

    def to_python(self, value: Any) -> datetime | None:  # type: ignore[override]
        text = str(value or "").strip()
        if not text:
            return None
        try:
            moment = parse_datetime(text.replace(" ", "+") if text.count(" ") == 1 and "T" in text else text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise ValidationError(
                _("Choose a time from the list. A program gives it with its offset: 2027-01-15T10:30:00-05:00."),
                code="invalid",
            )
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            raise ValidationError(_("Choose a time from the list."), code="invalid") from None


class StateField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=8, required=False, **kwargs)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value)).strip().upper()
        if text and not (text.isascii() and text.isalpha() and 2 <= len(text) <= 3):
            raise ValidationError(_("Give the state as its two letters, for example OH."), code="invalid")
        return text


class ServiceField(forms.CharField):
    """A slug of the catalogue that patients can book."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=64, **kwargs)

    def clean(self, value: Any) -> str:
        slug = str(super().clean(value))
        if slug not in catalogue.load().services:
            raise ValidationError(_("Choose a service from the list."), code="unknown_service")
        return slug


class AnswersMixin(forms.Form):
    """What only the patient can tell. API bodies nest these under `answers`: `answers.pain.now` is `pain_now`."""

    temp_c = forms.FloatField(required=False, min_value=30, max_value=45)
    temp_f = forms.FloatField(required=False, min_value=86, max_value=113)
    flags = forms.MultipleChoiceField(
        required=False,
        choices=[(code, code) for code in sorted(facts.FLAGS)],
        widget=forms.CheckboxSelectMultiple,
    )
    ambers = forms.IntegerField(required=False, min_value=0, max_value=20)
    pain_now = forms.IntegerField(required=False, min_value=0, max_value=10)
    pain_baseline = forms.IntegerField(required=False, min_value=0, max_value=10)
    pain_new = YesNoField()
    cap_video = YesNoField()
    cap_bandwidth = YesNoField()
    cap_phone = YesNoField()
    comm_deaf_hoh = YesNoField(absent=False)
    comm_relay_or_caption = YesNoField(absent=False)
    comm_language = forms.RegexField(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?$", required=False, max_length=12)
    comm_interpreter = forms.ChoiceField(required=False, choices=INTERPRETER)
    comm_cognition_impaired = YesNoField(absent=False)
    comm_helper = YesNoField(absent=False)
    private_safe_place = YesNoField(absent=True)
    pref = forms.ChoiceField(required=False, choices=PREFERENCES)
    self_pay_ack = YesNoField(absent=False)
    cannot_travel = YesNoField(absent=False)
    barrier = YesNoField(absent=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("temp_c") is not None and cleaned.get("temp_f") is not None:
            self.add_error("temp_f", _("Give the temperature once."))
        return cleaned

    def answers(self) -> commands.Answers:
        given = {
            name: self.cleaned_data[name]
            for name in commands.Answers.__dataclass_fields__
            if self.cleaned_data.get(name) not in (None, "", [])
        }
        if (fahrenheit := self.cleaned_data.get("temp_f")) is not None:
            given["temp_c"] = round((fahrenheit - 32) / 1.8, 1)
        given["flags"] = tuple(sorted(set(given.get("flags", ()))))
        return commands.Answers(**given)


class PreviewForm(AnswersMixin, CommandForm):
    service = ServiceField()
    patient = forms.UUIDField(required=False)
    clinician = forms.UUIDField(required=False)
    start = InstantField(required=False)
    minutes = forms.IntegerField(required=False, min_value=5, max_value=600)
    location = StateField()

    def command(self) -> commands.PreviewCommand:
        data = self.cleaned_data
        return commands.PreviewCommand(
            service=data["service"],
            patient_id=data["patient"],
            clinician_id=data["clinician"],
            start=data["start"],
            minutes=data["minutes"],
            location=data["location"],
            answers=self.answers(),
        )


class BookAppointmentForm(AnswersMixin, CommandForm):
    service = ServiceField()
    patient = forms.UUIDField(required=False)
    clinician = forms.UUIDField(error_messages={"required": _("Choose a clinician.")})
    start = InstantField(error_messages={"required": _("Choose a time.")})
    minutes = forms.IntegerField(required=False, min_value=5, max_value=600)
    location = StateField()

    def command(self) -> commands.BookCommand:
        data = self.cleaned_data
        return commands.BookCommand(
            service=data["service"],
            start=data["start"],
            clinician_id=data["clinician"],
            patient_id=data["patient"],
            minutes=data["minutes"],
            location=data["location"],
            answers=self.answers(),
        )


class HoldForm(CommandForm):
    service = ServiceField()
    patient = forms.UUIDField(required=False)
    clinician = forms.UUIDField(error_messages={"required": _("Choose a clinician.")})
    start = InstantField(error_messages={"required": _("Choose a time.")})
    modality = forms.ChoiceField(choices=Modality.choices)
    minutes = forms.IntegerField(required=False, min_value=5, max_value=600)

    def command(self) -> commands.HoldCommand:
        data = self.cleaned_data
        return commands.HoldCommand(
            service=data["service"],
            start=data["start"],
            clinician_id=data["clinician"],
            modality=data["modality"],
            patient_id=data["patient"],
            minutes=data["minutes"],
        )


class _VisitForm(CommandForm):
    """A form about one visit, whose id comes from the address."""

    def __init__(self, *args: Any, appointment_id: UUID, **kwargs: Any) -> None:
        self.appointment_id = appointment_id
        super().__init__(*args, **kwargs)


class RescheduleForm(_VisitForm):
    start = InstantField(error_messages={"required": _("Choose a time.")})
    clinician = forms.UUIDField(required=False)
    expected_start = InstantField(required=False, widget=forms.HiddenInput)

    def command(self) -> commands.RescheduleCommand:
        data = self.cleaned_data
        return commands.RescheduleCommand(
            appointment_id=self.appointment_id,
            start=data["start"],
            clinician_id=data["clinician"],
            expected_start=data["expected_start"],
        )


class CancelForm(_VisitForm):
    """`reason` is a code of the list, or a person's own words, which are then kept with the code `other`."""

    reason = forms.CharField(
        max_length=500,
        widget=forms.RadioSelect(choices=CANCEL_REASONS),
        error_messages={"required": _("Choose a reason.")},
    )

    def command(self) -> commands.CancelCommand:
        given = self.cleaned_data["reason"]
        is_code = given in dict(CANCEL_REASONS)
        return commands.CancelCommand(
            appointment_id=self.appointment_id,
            reason=given if is_code else "other",
            words="" if is_code else given,
        )


class DecideRequestForm(_VisitForm):
    location = StateField(label=_("Where will the patient be?"))
    verdict = forms.ChoiceField(
        label=_("Where will this visit be?"),
        choices=VERDICTS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose where the visit will be.")},
    )
    reason = forms.CharField(
        label=_("Why?"),
        help_text=_("One sentence. It is kept with the decision."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write the reason in a sentence.")},
    )

    def command(self) -> commands.DecideCommand:
        data = self.cleaned_data
        return commands.DecideCommand(
            appointment_id=self.appointment_id,
            verdict=data["verdict"],
            reason=data["reason"],
            location=data["location"],
        )


class SlotsForm(CommandForm):
    """`from` and `to` are days, both counted, at most 31."""

    service = ServiceField()
    modality = forms.ChoiceField(required=False, choices=[("", ""), *Modality.choices])
    clinician = forms.UUIDField(required=False)
    location = StateField()
    minutes = forms.IntegerField(required=False, min_value=5, max_value=600)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from"] = forms.DateField(error_messages={"required": _("Choose the first day.")})
        self.fields["to"] = forms.DateField(error_messages={"required": _("Choose the last day.")})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, last = cleaned.get("from"), cleaned.get("to")
        if isinstance(first, date) and isinstance(last, date):
            if last < first:
                self.add_error("to", _("Choose a last day that is not before the first."))
            elif last - first >= timedelta(days=MAX_DAYS):
                self.add_error("to", _("Choose at most 31 days."))
            elif not 2000 <= first.year <= 2200:
                self.add_error("from", _("Choose a day in this century."))
        return cleaned

    def command(self) -> commands.SlotsQuery:
        data = self.cleaned_data
        return commands.SlotsQuery(
            service=data["service"],
            first_day=data["from"],
            last_day=data["to"],
            modality=data["modality"],
            clinician_id=data["clinician"],
            location=data["location"],
            minutes=data["minutes"],
        )
