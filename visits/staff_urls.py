"""The pages of visits for the care teams."""

from __future__ import annotations

from django.urls import URLPattern, path

from visits.views import chart, day, requests, staff_booking, staff_services

staff_urls: list[URLPattern] = [
    path("day/", day.DayList.as_view(), name="day"),
    path("day/<uuid:appointment_id>/check-in/", day.CheckIn.as_view(), name="check_in"),
    path("day/<uuid:appointment_id>/begin/", day.Begin.as_view(), name="begin_visit"),
    path("day/<uuid:appointment_id>/finish/", day.Finish.as_view(), name="finish_visit"),
    path("day/<uuid:appointment_id>/close/", day.Close.as_view(), name="close_visit"),
    path("requests/", requests.Requests.as_view(), name="requests"),
    path("requests/<uuid:appointment_id>/", requests.Request.as_view(), name="request"),
    path("patients/", chart.Find.as_view(), name="find"),
    path("patients/<uuid:patient_id>/", chart.Chart.as_view(), name="chart"),
    path("patients/<uuid:patient_id>/book/", staff_booking.Book.as_view(), name="book_for"),
    path("services/", staff_services.Services.as_view(), name="services"),
]
