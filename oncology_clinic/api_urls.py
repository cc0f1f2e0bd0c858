"""The API's street map, under /api/v1/. Each room brings its own paths."""

from django.urls import include, path

urlpatterns = [
    path("", include("oncology_clinic.accounts.api_urls")),
    path("", include("oncology_clinic.audit.api_urls")),
    path("", include("visits.api.urls")),
    path("", include("screening.api.urls")),
    path("", include("billing.api.urls")),
    path("", include("caregivers.api.urls")),
]
