"""The one input contract of a use case: the same form reads the HTML post and the JSON body."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

DEEPEST = 8
NOT_INPUT = frozenset({"csrfmiddlewaretoken", "next", "_action"})


class CommandForm(forms.Form):
    """One input, one key. `command()` gives the frozen dataclass the service takes.

    Unknown keys are refused, so that no door ever passes on what nobody checked.
    """

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        unknown = sorted(key for key in self.data if key not in self.fields and key not in NOT_INPUT)
        if unknown:
            raise ValidationError(
                _("We do not know what to do with: %(keys)s."),
                params={"keys": ", ".join(unknown)[:200]},
                code="unknown",
            )
        return cleaned

    def command(self) -> Any:
        raise NotImplementedError


def flatten(body: Mapping[str, Any], *, inside: Iterable[str] = ("answers",)) -> MultiValueDict[str, Any]:
    """A JSON body as form data: nested keys join with `_`, lists become repeated values, booleans `true`/`false`.

    The names in `inside` only group (`answers.pain.now` is `pain_now`). `null` is left out: absent.
    Raises `ValidationError` on anything that is neither text, number, boolean, list nor object, on text that is no
    Unicode (half a surrogate pair), and on objects nested deeper than any body of ours.
    """
    flat: MultiValueDict[str, Any] = MultiValueDict()
    grouping = set(inside)

    def put(prefix: str, value: Any, depth: int) -> None:
        if isinstance(value, Mapping):
            if depth == DEEPEST:
                raise ValidationError(_("This is nested too deeply."))
            for key, inner in value.items():
                put(f"{prefix}_{key}" if prefix else str(key), inner, depth + 1)
        elif isinstance(value, list):
            flat.setlist(prefix, [_scalar(prefix, item) for item in value])
        elif value is not None:
            flat[prefix] = _scalar(prefix, value)

    for key, value in body.items():
        put("" if key in grouping and isinstance(value, Mapping) else str(key), value, 0)
    if not all(_is_unicode(key) for key in flat):
        raise ValidationError(_("A name in what you sent holds text we cannot store."))
    return flat


def _scalar(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | str):
        text = str(value)
        if "\x00" in text or len(text) > 20_000 or not _is_unicode(text):
            raise ValidationError(_("%(key)s holds text we cannot store."), params={"key": _printable(key)})
        return text
    raise ValidationError(_("%(key)s must be text, a number or yes/no."), params={"key": _printable(key)})


def _is_unicode(text: str) -> bool:
    """JSON can spell half a surrogate pair, which no encoding and no database takes."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _printable(key: str) -> str:
    return key[:40].encode(errors="replace").decode()
