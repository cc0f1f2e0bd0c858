from django.urls import path

from oncology_clinic.accounts.api import SessionView

urlpatterns = [path("session/", SessionView.as_view(), name="api-session")]
