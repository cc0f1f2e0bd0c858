"""The street map: each room brings its own pages and its own part of the API."""

from django.contrib import admin
from django.urls import include, path

from oncology_clinic import health

urlpatterns = [
    path("", include("oncology_clinic.front.urls")),
    path("account/", include("oncology_clinic.accounts.urls")),
    path("visits/", include("visits.urls")),
    path("screens/", include("screening.urls")),
    path("coverage/", include("billing.urls")),
    path("caregivers/", include("caregivers.urls")),
    path("audit/", include("oncology_clinic.audit.urls")),
    path("api/v1/", include("oncology_clinic.api_urls")),
    path("admin/", admin.site.urls),
    path("livez", health.Alive.as_view(), name="livez"),
    path("readyz", health.Ready.as_view(), name="readyz"),
]

handler400 = "oncology_clinic.front.errors.bad_request"
handler403 = "oncology_clinic.front.errors.forbidden"
handler404 = "oncology_clinic.front.errors.not_found"
handler500 = "oncology_clinic.front.errors.server_error"
