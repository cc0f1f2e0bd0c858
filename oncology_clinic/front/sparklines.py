"""Small charts drawn on the server: SVG with presentation attributes only, and the same content in words."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

WIDTH, HEIGHT, PAD = 88, 28, 4


def draw(values: list[int | None], *, label: str, high: int, threshold: int) -> SafeString:
    """A line of the values, oldest first, over a band from `threshold` to `high`; the last one in digits.

    A skipped answer (None) leaves a gap. Without any answer: a sentence.
    """
    answered = [value for value in values if value is not None]
    if not answered:
        return format_html('<span class="quiet">{}</span>', _("No answers yet"))
    latest = answered[-1]
    words = _("%(label)s, oldest first: %(values)s. Latest: %(latest)s out of %(high)s.") % {
        "label": label,
        "values": ", ".join(_("skipped") if value is None else str(value) for value in values),
        "latest": latest,
        "high": high,
    }
    return format_html(
        '<span class="spark"><svg role="img" aria-label="{}" width="{}" height="{}" viewBox="0 0 {} {}" focusable="false">'
        "{}{}{}</svg><b>{}</b></span>",
        words,
        WIDTH,
        HEIGHT,
        WIDTH,
        HEIGHT,
        format_html(
            '<rect class="spark-band" x="0" y="0" width="{}" height="{}" rx="3"></rect>',
            WIDTH,
            _y(threshold, high) + 2,
        ),
        _lines(values, high=high),
        _dot(values, high=high, threshold=threshold),
        latest,
    )


def _y(value: int, high: int) -> float:
    bounded = min(max(value, 0), high)
    return round(PAD + (HEIGHT - 2 * PAD) * (1 - bounded / high), 1)


def _x(index: int, count: int) -> float:
    return round(PAD + (WIDTH - 2 * PAD) * (index / (count - 1) if count > 1 else 1), 1)


def _lines(values: list[int | None], *, high: int) -> SafeString:
    """One polyline for each run of answers without a gap."""
    runs: list[list[str]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{_x(index, len(values))},{_y(value, high)}")
    drawn = [format_html('<polyline class="spark-line" points="{}"></polyline>', " ".join(run)) for run in runs if run]
    return mark_safe("".join(drawn))


def _dot(values: list[int | None], *, high: int, threshold: int) -> SafeString:
    index, value = [(i, v) for i, v in enumerate(values) if v is not None][-1]
    css = "spark-dot is-high" if value >= threshold else "spark-dot"
    return format_html(
        '<circle class="{}" cx="{}" cy="{}" r="4"></circle>', css, _x(index, len(values)), _y(value, high)
    )
