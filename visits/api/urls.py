"""Visits' part of the API, under /api/v1/."""

from django.urls import path

from visits.api import views

urlpatterns = [
    path("services/", views.Services.as_view(), name="api_services"),
    path("routing/preview/", views.Preview.as_view(), name="api_routing_preview"),
    path("slots/", views.Slots.as_view(), name="api_slots"),
    path("visits/", views.Visits.as_view(), name="api_visits"),
    path("visits/book/", views.Book.as_view(), name="api_book"),
    path("visits/<uuid:appointment_id>/", views.Visit.as_view(), name="api_visit"),
    path("visits/<uuid:appointment_id>/reschedule/", views.Reschedule.as_view(), name="api_reschedule"),
    path("visits/<uuid:appointment_id>/cancel/", views.Cancel.as_view(), name="api_cancel"),
    path("visits/<uuid:appointment_id>/decide/", views.Decide.as_view(), name="api_decide"),
]
