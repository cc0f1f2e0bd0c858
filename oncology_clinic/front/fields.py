"""How a bound form field is drawn: which template, which attributes, which words the error summary links to."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as part
from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.forms import BaseForm
from django.utils.safestring import SafeString

KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.HiddenInput, "hidden"),
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radios"),
    (forms.CheckboxInput, "checkbox"),
    (forms.Textarea, "text"),
    (forms.Select, "text"),
)


@dataclass(frozen=True, slots=True)
class Option:
    """One radio or checkbox. `html_id` is Django's own (`id_NAME_INDEX`)."""

    html_id: str
    value: str
    label: str
    hint: str = ""
    is_checked: bool = False


@dataclass(frozen=True, slots=True)
class Options:
    """`shown` are the answers; `skip` are the choices with an empty value ("I would rather not say")."""

    shown: list[Option] = part(default_factory=list)
    skip: list[Option] = part(default_factory=list)


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line of the error summary. `target` is the id of the control to fix, empty for the whole form."""

    text: str
    target: str = ""


def kind(field: BoundField) -> str:
    """The name of the template that draws the field: by widget type, and `scale` for radios with `data-scale`."""
    widget = field.field.widget
    for widget_type, name in KINDS:
        if isinstance(widget, widget_type):
            return "scale" if name == "radios" and "data-scale" in widget.attrs else name
    return "text"


def control(field: BoundField, *, css: str) -> SafeString:
    """The widget as HTML. Django adds `aria-describedby` and `aria-invalid` itself; we add the class."""
    own = str(field.field.widget.attrs.get("class", ""))
    return field.as_widget(attrs={"class": f"{css} {own}".strip()})


def options(field: BoundField) -> Options:
    """The choices of a radio or checkbox field. Hints come from the widget's attribute `hints`, a dict by value."""
    widget = field.field.widget
    hints: dict[Any, Any] = getattr(widget, "hints", {})
    found = Options()
    for bound in field.subwidgets:
        data = bound.data
        value = "" if data["value"] is None else str(data["value"])
        option = Option(
            html_id=str(data["attrs"].get("id", "")),
            value=value,
            label=str(data["label"]),
            hint=str(hints.get(value, "")),
            # Django ticks an empty choice when nothing was answered; declining to answer is an answer of its own.
            is_checked=bool(data["selected"]) and (bool(value) or field.value() == ""),
        )
        (found.shown if value else found.skip).append(option)
    return found


def target_id(field: BoundField) -> str:
    """The id of the control an error is about: the first option of a group, else the widget itself."""
    if kind(field) == "hidden":
        return ""
    if kind(field) in {"radios", "checkboxes", "scale"}:
        return f"{field.auto_id}_0"
    return str(field.id_for_label or field.auto_id)


def summary(form: BaseForm) -> list[SummaryLine]:
    """The form's errors, those of the whole form first, then in the order of the fields."""
    lines = [SummaryLine(text=str(error)) for error in form.non_field_errors()]
    for field in form:
        lines.extend(SummaryLine(text=_sentence(field, str(error)), target=target_id(field)) for error in field.errors)
    return lines


def _sentence(field: BoundField, error: str) -> str:
    """An error as it stands far from its field: the stock sentences ("This field is required.") get the label before them."""
    stock = {
        str(text)
        for kind in type(field.field).__mro__
        for text in vars(kind).get("default_error_messages", {}).values()
    }
    return f"{field.label}: {error}" if error in stock else error
