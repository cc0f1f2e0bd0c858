"""The inputs of sign-in and of account life, for both doors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from oncology_clinic.accounts import places
from oncology_clinic.accounts.models import Account, RoleChoices
from oncology_clinic.accounts.services.invitations import Acceptance, Invite
from oncology_clinic.accounts.services.profile import Profile
from oncology_clinic.actors import Role
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.forms import CommandForm

PASSWORD_HINT = _("At least 12 letters, numbers or signs. A short sentence is a good password.")
PROFESSIONS = [
    ("", _("Choose one")),
    ("physician", _("Physician")),
    ("nurse_practitioner", _("Nurse practitioner")),
    ("physician_assistant", _("Physician assistant")),
    ("nurse", _("Nurse")),
    ("pharmacist", _("Pharmacist")),
    ("social_worker", _("Social worker")),
    ("psychologist", _("Psychologist")),
    ("dietitian", _("Dietitian")),
    ("genetic_counselor", _("Genetic counselor")),
    ("physical_therapist", _("Physical therapist")),
]
US_STATES = [("", _("Choose a state")), *places.STATES.items()]
US_DIGITS = 10
MONTHS = 12
DAYS = 31


def username_field(**kwargs: Any) -> forms.CharField:
    attrs = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
    return forms.CharField(label=_("Username"), max_length=64, widget=forms.TextInput(attrs=attrs), **kwargs)


def password_field(label: Any, *, autocomplete: str, **kwargs: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=256, strip=False, widget=widget, **kwargs)


def code_field(**kwargs: Any) -> forms.CharField:
    attrs = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
    return forms.CharField(label=_("Code"), max_length=40, widget=forms.TextInput(attrs=attrs), **kwargs)


@dataclass(frozen=True, slots=True)
class Credentials:
    username: str
    password: str
    otp: str = ""


class SignInForm(CommandForm):
    username = username_field()
    password = password_field(_("Password"), autocomplete="current-password")

    def command(self) -> Credentials:
        return Credentials(self.cleaned_data["username"], self.cleaned_data["password"])


class SessionForm(SignInForm):
    """The API's sign-in: both steps in one body."""

    otp = code_field(required=False)

    def command(self) -> Credentials:
        return Credentials(
            self.cleaned_data["username"], self.cleaned_data["password"], self.cleaned_data["otp"].strip()
        )


class CodeForm(CommandForm):
    code = code_field(help_text=_("Six numbers from your app, or one of your recovery codes."))

    def command(self) -> str:
        return str(self.cleaned_data["code"]).strip()


class NothingForm(CommandForm):
    """A button: nothing to fill in."""

    def command(self) -> None:
        return None


class ForgotForm(CommandForm):
    username_or_email = forms.CharField(
        label=_("Username or e-mail"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def command(self) -> str:
        return str(self.cleaned_data["username_or_email"])


class NewPasswordForm(CommandForm):
    """A new password, judged by Django's validators; common ones are refused from a list in the product."""

    password = password_field(_("New password"), autocomplete="new-password", help_text=PASSWORD_HINT)

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        known = Account(username=self.account.username, email=reveal(self.account.email))
        password_validation.validate_password(password, known)
        return password

    def command(self) -> str:
        return str(self.cleaned_data["password"])


@dataclass(frozen=True, slots=True)
class PasswordChange:
    old: str
    new: str


class ChangePasswordForm(NewPasswordForm):
    old_password = password_field(_("Your password now"), autocomplete="current-password")
    field_order = ["old_password", "password"]

    def command(self) -> PasswordChange:  # type: ignore[override]
        return PasswordChange(self.cleaned_data["old_password"], self.cleaned_data["password"])


class InviteForm(CommandForm):
    role = forms.ChoiceField(
        label=_("Role"), choices=[choice for choice in RoleChoices.choices if choice[0] != RoleChoices.caregiver]
    )
    name = forms.CharField(
        label=_("Full name"), max_length=120, help_text=_("For clinicians as patients will see it: Dr. Elena Okafor.")
    )
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    profession = forms.ChoiceField(
        label=_("Profession"), choices=PROFESSIONS, required=False, help_text=_("For clinicians only.")
    )
    language = forms.ChoiceField(label=_("Language of the letter"), choices=settings.LANGUAGES)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("role") == RoleChoices.clinician and not cleaned.get("profession"):
            self.add_error("profession", _("Choose the clinician's profession."))
        return cleaned

    def command(self) -> Invite:
        data = self.cleaned_data
        return Invite(
            role=Role(data["role"]),
            name=data["name"],
            email=data["email"],
            profession=data["profession"],
            language=data["language"],
        )


class AcceptForm(CommandForm):
    """Choosing a username and a password."""

    username = username_field(help_text=_("Small letters and numbers. You will type it to sign in."))
    password = password_field(_("Password"), autocomplete="new-password", help_text=PASSWORD_HINT)

    def clean_username(self) -> str:
        username = str(self.cleaned_data["username"])
        if not all(character.isalnum() or character in "._-@" for character in username):
            raise ValidationError(_("Use letters, numbers, dots, hyphens and underscores only."))
        return username

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("password"):
            try:
                password_validation.validate_password(
                    cleaned["password"], Account(username=cleaned.get("username", ""))
                )
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned

    def facts(self) -> dict[str, Any]:
        return {}

    def command(self) -> Acceptance:
        return Acceptance(self.cleaned_data["username"], self.cleaned_data["password"], self.facts())


def _number(label: Any, *, low: int, high: int) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(label=label, min_value=low, max_value=high, widget=widget)


class AcceptAsPatientForm(AcceptForm):
    """The same, and what a new patient's record needs."""

    legal_name = forms.CharField(
        label=_("Full legal name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    birth_month = _number(_("Month of birth"), low=1, high=MONTHS)
    birth_day = _number(_("Day of birth"), low=1, high=DAYS)
    birth_year = _number(_("Year of birth"), low=1900, high=2200)
    home_state = forms.ChoiceField(label=_("State you live in"), choices=US_STATES)
    time_zone = forms.ChoiceField(label=_("Your time zone"), choices=list(places.TIME_ZONES.items()))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        parts = [cleaned.get(name) for name in ("birth_year", "birth_month", "birth_day")]
        if all(part is not None for part in parts):
            try:
                cleaned["birth_date"] = date(*parts)  # type: ignore[arg-type]
            except ValueError:
                self.add_error("birth_day", _("That day is not in the calendar. Check the date of birth."))
            else:
                if cleaned["birth_date"] > self.today:
                    self.add_error("birth_year", _("A date of birth is in the past. Check the year."))
        return cleaned

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("legal_name", "birth_date", "home_state", "time_zone")}


class DeactivateForm(CommandForm):
    reason = forms.ChoiceField(
        label=_("Why"),
        choices=[
            ("left", _("The person has left the clinic")),
            ("asked", _("The person asked for it")),
            ("misuse", _("The sign-in was misused or may be known to others")),
            ("duplicate", _("The person has another sign-in")),
        ],
        widget=forms.RadioSelect,
    )

    def command(self) -> str:
        return str(self.cleaned_data["reason"])


class ProfileForm(CommandForm):
    preferred_name = forms.CharField(
        label=_("What should we call you?"), max_length=100, required=False, widget=forms.TextInput()
    )
    pronouns = forms.CharField(label=_("Your pronouns"), max_length=40, required=False)
    phone = forms.CharField(
        label=_("Phone"),
        max_length=32,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    reminder_channel = forms.ChoiceField(
        label=_("How should we remind you of visits?"),
        choices=[("email", _("By e-mail")), ("sms", _("By text message"))],
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(label=_("Your language"), choices=settings.LANGUAGES, widget=forms.RadioSelect)
    needs_interpreter = forms.BooleanField(
        label=_("I would like an interpreter at my visits. It is free."), required=False
    )
    home_state = forms.ChoiceField(label=_("State you live in"), choices=US_STATES)
    time_zone = forms.ChoiceField(label=_("Your time zone"), choices=list(places.TIME_ZONES.items()))
    has_video = forms.BooleanField(label=_("I have a phone, tablet or computer with a camera."), required=False)
    has_bandwidth = forms.BooleanField(label=_("My internet is good enough for video."), required=False)
    has_phone = forms.BooleanField(label=_("I have a phone I can talk on in private."), required=False)

    def clean_phone(self) -> str:
        phone = str(self.cleaned_data["phone"]).strip()
        digits = "".join(character for character in phone if character.isdigit())
        if phone and len(digits.removeprefix("1")) != US_DIGITS:
            raise ValidationError(_("Write the phone number with its area code, like 614-555-0100."))
        return phone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("reminder_channel") == "sms" and not cleaned.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("Write your phone number, or choose e-mail for reminders."))
        if cleaned.get("reminder_channel") == "email" and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("email", _("Write your e-mail, or choose text messages for reminders."))
        return cleaned

    def command(self) -> Profile:
        return Profile(**{name: self.cleaned_data[name] for name in self.fields})
