"""Billing's part of the API, under /api/v1/."""

from django.urls import path

from billing.api import views

urlpatterns = [path("coverage/check/", views.Check.as_view(), name="api_coverage_check")]
