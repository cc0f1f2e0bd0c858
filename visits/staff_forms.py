"""The forms only staff use: find a patient, close a visit, book for a patient."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from oncology_clinic.accounts.places import STATES
from oncology_clinic.forms import CommandForm
from visits.forms import PREFERENCES, DecideRequestForm, PreviewForm
from visits.rules import catalogue, facts
from visits.rules.states import MissedBy
from visits.services import commands

TOOK_PLACE = "took_place"
OUTCOMES = (
    (TOOK_PLACE, _("It took place")),
    (MissedBy.patient.value, _("The patient did not come or could not be reached")),
    (MissedBy.clinic.value, _("We could not hold it")),
    (MissedBy.technology.value, _("The connection or a device did not work")),
)


class PressForm(CommandForm):
    """A button, and nothing to fill in."""

    def command(self) -> None:
        return None


class CloseVisitForm(CommandForm):
    outcome = forms.ChoiceField(
        label=_("What became of this visit?"),
        choices=OUTCOMES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what became of this visit.")},
    )

    def __init__(self, *args: Any, appointment_id: UUID, **kwargs: Any) -> None:
        self.appointment_id = appointment_id
        super().__init__(*args, **kwargs)

    def command(self) -> commands.CloseVisitCommand:
        outcome = self.cleaned_data["outcome"]
        missed_by = None if outcome == TOOK_PLACE else MissedBy(outcome)
        return commands.CloseVisitCommand(self.appointment_id, missed_by)


class FindPatientForm(CommandForm):
    """Exact values: names and dates are stored sealed, and cannot be searched by parts."""

    name = forms.CharField(
        label=_("Legal name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    birth_date = forms.DateField(
        label=_("Birth date, as 12/31/1958"),
        required=False,
        input_formats=["%Y-%m-%d", "%m/%d/%Y"],
        error_messages={"invalid": _("Write the date as month/day/year, for example 12/31/1958.")},
        widget=forms.TextInput(attrs={"class": "w-10", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("Email"),
        required=False,
        error_messages={"invalid": _("Write an email address, for example ruth@example.org.")},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=32,
        required=False,
        widget=forms.TextInput(attrs={"class": "w-10", "inputmode": "tel", "autocomplete": "off"}),
    )

    def command(self) -> commands.FindCommand:
        data = self.cleaned_data
        return commands.FindCommand(
            name=data["name"], birth_date=data["birth_date"], email=data["email"], phone=data["phone"]
        )


class AskedAloud(forms.MultipleChoiceField):
    """A question that is always asked, and to which nothing is an answer."""

    def validate(self, value: Any) -> None:
        if value:
            super().validate(value)


class StaffChoiceForm(PreviewForm):
    """First page: what, with whom, where the patient will be, and the warning signs, asked aloud."""

    field_order = ("flags", "service", "clinician", "location", "pref")

    def __init__(self, *args: Any, clinicians: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        words = catalogue.load().wording.flags
        self.fields["flags"] = AskedAloud(
            label=_("Does the patient have any of these now, or in the last day?"),
            help_text=_("Ask before anything else. Tick all that are true; none is an answer too."),
            choices=[(str(code), words[flag].label.say(language)) for code, flag in facts.FLAGS.items()],
            widget=forms.CheckboxSelectMultiple,
        )
        service = self.fields["service"]
        service.label = _("Service")
        service.widget = forms.Select(choices=[("", _("Choose a service")), *_services(language)])
        service.error_messages["required"] = _("Choose a service.")
        self.fields["clinician"] = forms.UUIDField(
            label=_("Clinician"),
            error_messages={"required": _("Choose a clinician."), "invalid": _("Choose a clinician from the list.")},
            widget=forms.Select(choices=[("", _("Choose a clinician")), *clinicians]),
        )
        self.fields["location"].label = _("Where will the patient be?")
        self.fields["location"].help_text = _("The state on the day of the visit.")
        self.fields["location"].widget = forms.Select(choices=[("", _("Not known yet")), *STATES.items()])
        self.fields["pref"].label = _("How would the patient like to be seen?")
        self.fields["pref"].widget = forms.RadioSelect(choices=PREFERENCES)

    @property
    def shown(self) -> list[forms.BoundField]:
        return [self[name] for name in self.field_order]


def _services(language: str) -> list[tuple[str, str]]:
    """What can be booked, by name."""
    bookable = [one for one in catalogue.load().services.values() if one.is_patient_facing and one.minutes]
    return sorted(((one.slug, one.label.say(language)) for one in bookable), key=lambda pair: pair[1])


def shown_to_clinician(form: DecideRequestForm) -> DecideRequestForm:
    """The deciding form as a page draws it: the states as a list, a line under each choice."""
    form.fields["location"].widget = forms.Select(choices=[("", _("Not known yet")), *STATES.items()])
    form.fields["verdict"].widget.hints = {
        "in_person": _("We keep the time and a room."),
        "telehealth": _("We keep the time. Video or phone comes from the patient’s devices."),
        "decline": _("We let the time go and tell the patient."),
    }
    return form
