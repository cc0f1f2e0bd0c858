"""Tags every template may use without loading them: icons, charts, form fields, the shell's navigation."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import lucide
from django import template
from django.forms import BoundField
from django.forms.forms import BaseForm
from django.utils.safestring import SafeString, mark_safe

from oncology_clinic.front import fields, navigation, sparklines
from oncology_clinic.templatetags import component_tag

register = template.Library()
register.tag("component", component_tag.component)


@lru_cache(maxsize=256)
def _icon(name: str, size: int, label: str) -> SafeString:
    words = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    return mark_safe(lucide._render_icon(name, size, focusable="false", **words))


@register.simple_tag
def icon(name: str, size: int = 20, label: str = "") -> SafeString:
    """A Lucide icon as inline SVG. Decoration unless `label` gives it words."""
    return _icon(str(name), int(size), str(label))


@register.simple_tag
def sparkline(values: list[int | None] | None, label: str, high: int = 10, threshold: int = 4) -> SafeString:
    """The last answers of a 0 to `high` scale, oldest first; a skipped answer is None and leaves a gap."""
    return sparklines.draw(values or [], label=str(label), high=high, threshold=threshold)


@register.simple_tag(takes_context=True)
def nav_items(context: template.Context) -> list[navigation.Shown]:
    """The header's links for the person signed in, the current one marked."""
    request = context.get("request")
    actor = context.get("actor")
    return navigation.shown(role=getattr(actor, "role", "anonymous"), path=getattr(request, "path", ""))


@register.simple_tag
def place(name: str) -> str:
    """The address of a named page, or nothing while no room offers it."""
    return navigation.address(name)


@register.filter
def field_template(field: BoundField) -> str:
    """The template under templates/forms/ that draws this field's kind of widget."""
    return f"forms/{fields.kind(field)}.html"


@register.filter
def widget_attr(field: BoundField, name: str) -> Any:
    return field.field.widget.attrs.get(name, "")


@register.simple_tag
def control(field: BoundField, css: str = "input") -> SafeString:
    """The field's widget with our class and, after an error, its description and state."""
    return fields.control(field, css=css)


@register.simple_tag
def options(field: BoundField) -> fields.Options:
    """The choices of a radio or checkbox field, ready to print."""
    return fields.options(field)


@register.simple_tag
def form_errors(form: BaseForm | None) -> list[fields.SummaryLine]:
    """What the error summary lists: one line an error, in the order of the fields, each with the control it fixes."""
    return fields.summary(form) if isinstance(form, BaseForm) else []
