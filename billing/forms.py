"""One form for the coverage question, for the page and the program alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from billing.models.plans import PayerTypeChoices
from billing.rules import families
from billing.rules.model import Eligibility, PriorAuthorization
from billing.services.commands import CheckCoverage, SaidPlan
from billing.services.words import service_label
from oncology_clinic.accounts.places import STATES
from oncology_clinic.forms import CommandForm

FACT = re.compile(r"facts_[a-z][a-z0-9_]{0,79}")
MOST_FACTS = 30
STATE = RegexValidator(r"^[A-Z]{2}$", _("Choose the state from the list."))
SHORT = RegexValidator(r"^[\w.\- ]{1,60}$", _("Write a short name: letters, digits, dots and hyphens."))

MODALITIES = [
    ("video", _("By video")),
    ("audio", _("By phone")),
    ("in_person", _("In the clinic")),
    ("async", _("By message")),
    ("rpm", _("By home monitoring")),
]
SITES = [
    ("", _("I do not know yet")),
    ("home", _("At home")),
    ("clinic", _("In a clinic")),
    ("rural_clinic", _("In a rural clinic")),
    ("nursing_facility", _("In a nursing home")),
    ("mental_health_center", _("In a mental health center")),
    ("hospital", _("In a hospital")),
    ("other", _("Somewhere else")),
]
RELATIONS = [("", _("I do not know")), ("new", _("No, it is my first visit")), ("established", _("Yes"))]


def services() -> Iterator[tuple[str | Promise, Any]]:
    """The services by family, in the language of the page."""
    language = get_language() or "en"
    family_of = families.load()
    yield ("", _("Choose a service"))
    for family, label in families.labels().items():
        yield (
            label.get(language, label["en"]),
            [_choice(slug, language) for slug in family_of if family_of[slug] == family],
        )
    yield (_("Other"), [_choice(slug, language) for slug in families.services() if slug not in family_of])


def _choice(slug: str, language: str) -> tuple[str, str]:
    return slug, service_label(slug, language=language)


def states() -> list[tuple[str, str | Promise]]:
    return [("", _("I do not know yet")), *STATES.items()]


class FactField(forms.Field):
    """`true` or `false` from JSON; nothing else, and never guessed."""

    def to_python(self, value: Any) -> bool | None:
        if value in (None, ""):
            return None
        if value not in ("true", "false"):
            raise ValidationError(_("Facts are true or false."), code="invalid")
        return bool(value == "true")


class CoverageForm(CommandForm):
    """The contract's coverage input. The page draws the first five; programs may send the rest.

    `facts.NAME` arrives as `facts_NAME`. `today` is taken for the contract's sake and has
    no say: the server knows the day.
    """

    service = forms.ChoiceField(
        label=_("What is the visit for?"),
        choices=services,
        error_messages={"required": _("Choose a service."), "invalid_choice": _("Choose a service from the list.")},
    )
    modality = forms.ChoiceField(
        label=_("How will you have it?"),
        choices=MODALITIES,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose how you will have it."),
            "invalid_choice": _("Choose one from the list."),
        },
    )
    dos = forms.DateField(
        label=_("On which day?"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Give the day of the visit."), "invalid": _("Write the day like 2026-12-01.")},
    )
    patient_location = forms.CharField(
        label=_("In which state will you be?"), required=False, validators=[STATE], widget=forms.Select
    )
    site = forms.ChoiceField(
        label=_("Where will you be?"),
        required=False,
        choices=SITES,
        error_messages={"invalid_choice": _("Choose one from the list.")},
    )
    relation = forms.ChoiceField(label=_("Have you been seen here before?"), required=False, choices=RELATIONS)
    provider_type = forms.CharField(required=False, validators=[SHORT])
    patient = forms.UUIDField(required=False, widget=forms.HiddenInput)
    elig271 = forms.ChoiceField(required=False, choices=[("", ""), *((one, one) for one in Eligibility)])
    prior_auth_service = forms.CharField(required=False, validators=[SHORT])
    prior_auth_from = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    prior_auth_to = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    payer_type = forms.ChoiceField(required=False, choices=[("", ""), *PayerTypeChoices.choices])
    payer = forms.CharField(required=False, validators=[SHORT])
    plan = forms.CharField(required=False, validators=[SHORT])
    policy_situs = forms.CharField(required=False, validators=[STATE])
    program_state = forms.CharField(required=False, validators=[STATE])
    today = forms.DateField(required=False, input_formats=["%Y-%m-%d"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["patient_location"].widget.choices = states()
        named = [key for key in self.data if FACT.fullmatch(key)]
        self.fact_names = named[:MOST_FACTS]
        for key in self.fact_names:
            self.fields[key] = FactField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if bool(cleaned.get("prior_auth_service")) != bool(cleaned.get("prior_auth_from")):
            self.add_error("prior_auth_service", _("An authorization needs its service and its first day."))
        return cleaned

    def command(self) -> CheckCoverage:
        given = self.cleaned_data
        return CheckCoverage(
            patient_id=given["patient"],
            service=given["service"],
            modality=given["modality"],
            dos=given["dos"],
            patient_location=given["patient_location"] or None,
            site=given["site"] or None,
            provider_type=given["provider_type"] or None,
            relation=given["relation"] or None,
            facts={key.removeprefix("facts_"): given[key] for key in self.fact_names if given[key] is not None},
            prior_auth=self._prior_auth(),
            elig271=Eligibility(given["elig271"]) if given["elig271"] else None,
            said=SaidPlan(
                given["payer_type"] or None,
                given["payer"] or None,
                given["plan"] or None,
                given["policy_situs"] or None,
                given["program_state"] or None,
            ),
        )

    def _prior_auth(self) -> PriorAuthorization | None:
        given = self.cleaned_data
        if not given["prior_auth_service"]:
            return None
        return PriorAuthorization(given["prior_auth_service"], given["prior_auth_from"], given["prior_auth_to"])
