"""The questions an auditor may ask of the log: one form for the page and for the API."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from oncology_clinic.audit.contract import Action
from oncology_clinic.audit.search import Search
from oncology_clinic.forms import CommandForm


class MomentField(forms.CharField):
    """A day of the clinic (2026-11-22), or an ISO date and time with offset. `is_end`: a day means its end."""

    def __init__(self, *, is_end: bool = False, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)
        self.is_end = is_end

    def clean(self, value: Any) -> datetime | None:
        text = str(super().clean(value) or "").strip()
        return self._moment(text) if text else None

    def _moment(self, text: str) -> datetime:
        try:
            if len(text) <= len("2026-11-22"):
                day = date.fromisoformat(text) + timedelta(days=1 if self.is_end else 0)
                return datetime.combine(day, time(), tzinfo=ZoneInfo(settings.CLINIC_TIME_ZONE))
            moment = parse_datetime(text.replace(" ", "+") if "T" in text else text)
        except (ValueError, OverflowError):
            moment = None
        if moment is None or moment.tzinfo is None:
            raise ValidationError(
                _("Write a day like 2026-11-22, or a time with its offset like 2026-11-22T09:30:00-05:00.")
            )
        return moment


_ACTIONS = [("", _("Every action")), *((action.name, action.name.replace("_", " ").capitalize()) for action in Action)]
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class SearchForm(CommandForm):
    """All filters may be left empty. `until` is exclusive as a time and inclusive as a day."""

    since = MomentField(label=_("From day"), required=False, widget=forms.TextInput(attrs=_PLAIN))
    until = MomentField(label=_("To day"), required=False, is_end=True, widget=forms.TextInput(attrs=_PLAIN))
    actor = forms.CharField(
        label=_("Username"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={**_PLAIN, "autocapitalize": "none"}),
    )
    patient = forms.UUIDField(label=_("Patient id"), required=False, widget=forms.TextInput(attrs=_PLAIN))
    action = forms.ChoiceField(label=_("Action"), required=False, choices=_ACTIONS)
    cursor = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput())

    def command(self) -> Search:
        given = self.cleaned_data
        return Search(
            since=given["since"],
            until=given["until"],
            actor=given["actor"].strip(),
            patient_id=given["patient"],
            action=Action[given["action"]] if given["action"] else None,
            cursor=given["cursor"],
        )
