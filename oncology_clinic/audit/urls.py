from django.urls import path

from oncology_clinic.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.Events.as_view(), name="events"),
]
