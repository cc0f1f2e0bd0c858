"""The pages that belong to no room: the way in, help, preferences, and what a browser asks for by itself."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from oncology_clinic.front import preferences, styleguide, views

front: list[URLPattern | URLResolver] = [
    path("accessibility/", views.Accessibility.as_view(), name="accessibility"),
    path("language-help/", views.LanguageHelp.as_view(), name="language_help"),
    path("offline/", views.Offline.as_view(), name="offline"),
    path("clinic/", views.AdminHome.as_view(), name="admin_home"),
    path("preferences/language/", preferences.SetLanguage.as_view(), name="language"),
    path("preferences/theme/", preferences.SetTheme.as_view(), name="theme"),
    path("manifest.webmanifest", views.Manifest.as_view(), name="manifest"),
    path("service-worker.js", views.ServiceWorker.as_view(), name="service_worker"),
]
# Added with DEBUG only; the tests of the look add it themselves.
examples: list[URLPattern | URLResolver] = [
    path("styleguide/", styleguide.Styleguide.as_view(), name="styleguide"),
    path("styleguide/booking/", styleguide.BookingExample.as_view(), name="styleguide_booking"),
    path("styleguide/day/", styleguide.DayExample.as_view(), name="styleguide_day"),
]
if settings.DEBUG:
    front.extend(examples)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.Home.as_view(), name="home"),
    path("", include((front, "front"))),
]
