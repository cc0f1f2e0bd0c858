"""What grants are called: the scopes as the patient and as the caregiver read them, the relationships."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from oncology_clinic.access import Domain

SCOPES = [
    (Domain.appointments.value, _("See, book, move and cancel my visits")),
    (Domain.join_visit.value, _("Join my video visits")),
    (Domain.screens.value, _("Answer questions about how I feel")),
    (Domain.billing.value, _("See what my plan pays")),
    (Domain.profile.value, _("See my contact details")),
    (Domain.chart.value, _("See my visit summaries")),
]
RELATIONSHIPS = [
    ("spouse", _("Husband, wife or partner")),
    ("parent", _("Parent")),
    ("child", _("Son or daughter")),
    ("sibling", _("Brother or sister")),
    ("friend", _("Friend")),
    ("paid", _("Paid helper")),
    ("other", _("Somebody else")),
]
FOR_CAREGIVER = {
    Domain.appointments: _("See, book, move and cancel visits"),
    Domain.join_visit: _("Join video visits"),
    Domain.screens: _("Answer questions about how they feel"),
    Domain.billing: _("See what their plan pays"),
    Domain.profile: _("See their contact details"),
    Domain.chart: _("See visit summaries"),
}
