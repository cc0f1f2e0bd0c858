from django.urls import path

from oncology_clinic.audit import api

urlpatterns = [
    path("audit/events/", api.Events.as_view(), name="audit_events"),
]
