from django.urls import path

from caregivers.views import pages

app_name = "caregivers"
urlpatterns = [
    path("", pages.Mine.as_view(), name="mine"),
    path("add/", pages.Add.as_view(), name="add"),
    path("home/", pages.Home.as_view(), name="home"),
    path("<uuid:grant_id>/end/", pages.End.as_view(), name="end"),
]
