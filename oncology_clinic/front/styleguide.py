"""The style guide: every component in every state, on one page. Only with DEBUG."""

from __future__ import annotations

from typing import Any

from oncology_clinic.audit.contract import NotPhi
from oncology_clinic.pages import Page


class Styleguide(Page):
    template_name = "front/styleguide.html"
    audit = NotPhi("invented examples")

    def page(self, **kwargs: Any) -> dict[str, Any]:
        return {}
