"""`{% component "tag" visit.tag tone="ok" %}`: a component with optional parameters handed through.

Like `{% include "components/tag.html" with ... only %}`, but what is absent stays absent (a plain include would hand
on the marker for an undefined variable), and a mapping is spread out as parameters.
"""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.template.base import FilterExpression, Node, Parser, Token, token_kwargs
from django.utils.safestring import SafeString


class ComponentNode(Node):
    def __init__(
        self, name: FilterExpression, spread: FilterExpression | None, given: dict[str, FilterExpression]
    ) -> None:
        self.name = name
        self.spread = spread
        self.given = given

    def render(self, context: template.Context) -> SafeString:
        values: dict[str, object] = {}
        whole = self.spread.resolve(context, ignore_failures=True) if self.spread else None
        if isinstance(whole, Mapping):
            values.update(whole)
        for key, expression in self.given.items():
            values[key] = expression.resolve(context, ignore_failures=True)
        present = {key: value for key, value in values.items() if value is not None}
        name = str(self.name.resolve(context))
        path = name if "/" in name else f"components/{name}.html"
        found = context.template.engine.get_template(path)  # type: ignore[union-attr]
        return found.render(context.new(present))


def component(parser: Parser, token: Token) -> ComponentNode:
    """`{% component NAME [MAPPING] [key=value ...] %}`; NAME without a slash is a file of templates/components/."""
    _tag, *bits = token.split_contents()
    if not bits:
        raise template.TemplateSyntaxError("component needs a name")
    name = parser.compile_filter(bits.pop(0))
    has_mapping = bool(bits) and "=" not in bits[0].split('"')[0]
    spread = parser.compile_filter(bits.pop(0)) if has_mapping else None
    given = token_kwargs(bits, parser)
    if bits:
        raise template.TemplateSyntaxError(f"component does not understand {bits[0]!r}")
    return ComponentNode(name, spread, given)
