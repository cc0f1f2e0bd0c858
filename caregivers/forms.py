"""Letting somebody act for oneself."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from caregivers import wording
from caregivers.services.grants import NewGrant
from oncology_clinic.access import Domain
from oncology_clinic.forms import CommandForm


class AddCaregiverForm(CommandForm):
    name = forms.CharField(label=_("Their name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(
        label=_("Their e-mail"),
        max_length=254,
        help_text=_("We send them a letter with a link. It does not say anything about your health."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    relationship = forms.ChoiceField(label=_("Who they are to you"), choices=wording.RELATIONSHIPS)
    scopes = forms.MultipleChoiceField(
        label=_("What they may do for you"),
        choices=wording.SCOPES,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one thing they may do.")},
    )
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Leave empty if they may help until you end it."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    language = forms.ChoiceField(label=_("Language of the letter"), choices=settings.LANGUAGES)

    def command(self) -> NewGrant:
        data = self.cleaned_data
        return NewGrant(
            name=data["name"],
            email=data["email"],
            relationship=data["relationship"],
            scopes=tuple(Domain(value) for value in data["scopes"]),
            last_day=data["last_day"],
            language=data["language"],
        )


class EndForm(CommandForm):
    """A button: nothing to fill in."""

    def command(self) -> None:
        return None
