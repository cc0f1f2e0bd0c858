"""Screening's part of the API, under /api/v1/."""

from django.urls import path

from screening.api import views

urlpatterns = [
    path("screens/", views.Screens.as_view(), name="api_screens"),
    path("screens/<str:screen_id>/answers/", views.Answers.as_view(), name="api_screen_answers"),
    path("alerts/", views.Alerts.as_view(), name="api_alerts"),
]
