"""The pages of visits, under /visits/: first the patient's side, then the staff's."""

from django.urls import path

from visits.staff_urls import staff_urls
from visits.views import booking, home, ics, visit

app_name = "visits"

patient_urls = [
    path("", home.Home.as_view(), name="home"),
    path("offered/", home.Offered.as_view(), name="offered"),
    path("for/<uuid:patient_id>/", home.HomeFor.as_view(), name="home_for"),
    path("for/<uuid:patient_id>/new/", booking.Choose.as_view(), name="choose_for"),
    path("new/", booking.Choose.as_view(), name="choose"),
    path("begin/", booking.Begin.as_view(), name="begin"),
    path("drafts/<uuid:draft_id>/questions/", booking.Questions.as_view(), name="questions"),
    path("drafts/<uuid:draft_id>/time/", booking.Time.as_view(), name="time"),
    path("drafts/<uuid:draft_id>/instead/", booking.Instead.as_view(), name="instead"),
    path("drafts/<uuid:draft_id>/check/", booking.Check.as_view(), name="check"),
    path("book/", booking.Book.as_view(), name="book"),
    path("<uuid:appointment_id>/", visit.Visit.as_view(), name="visit"),
    path("<uuid:appointment_id>/booked/", booking.Booked.as_view(), name="booked"),
    path("<uuid:appointment_id>/move/", visit.Move.as_view(), name="move"),
    path("<uuid:appointment_id>/cancel/", visit.Cancel.as_view(), name="cancel"),
    path("<uuid:appointment_id>/print/", visit.Print.as_view(), name="print"),
    path("<uuid:appointment_id>/calendar.ics", ics.CalendarFile.as_view(), name="calendar"),
]

urlpatterns = [*patient_urls, *staff_urls]
