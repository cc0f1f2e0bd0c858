"""The catalogue of services as the rules use it, to read."""

from __future__ import annotations

from typing import Any

from oncology_clinic.actors import STAFF_ROLES
from oncology_clinic.audit.contract import NotPhi
from oncology_clinic.pages import Page, SignedInMixin
from visits.presenters import services_table


class Services(SignedInMixin, Page):
    template_name = "visits/staff_services.html"
    roles = tuple(sorted(STAFF_ROLES))
    audit = NotPhi("the public catalogue of services, with its sources")

    def page(self, **kwargs: Any) -> dict[str, Any]:
        return services_table.page()
