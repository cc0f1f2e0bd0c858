"""The API's street map, under /api/v1/. Each room brings its own paths."""

from django.urls import include, path

from oncology_clinic import (
    api_docs,
    api_schema,  # noqa: F401  (registers the session with the schema)
)

urlpatterns = [
    path("schema/", api_docs.Schema.as_view(), name="schema"),
    path("docs/", api_docs.Docs.as_view(), name="api_docs"),
    path("", include("oncology_clinic.accounts.api_urls")),
    path("", include("oncology_clinic.audit.api_urls")),
    path("", include("visits.api.urls")),
    path("", include("screening.api.urls")),
    path("", include("billing.api.urls")),
    path("", include("caregivers.api.urls")),
]
