"""The pages of billing, under /coverage/."""

from django.urls import path

from billing.views import coverage

app_name = "billing"
urlpatterns = [
    path("", coverage.Ask.as_view(), name="ask"),
    path("answers/<uuid:check_id>/", coverage.Answer.as_view(), name="answer"),
]
