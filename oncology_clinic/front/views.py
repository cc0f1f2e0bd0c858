"""The way in: the landing page, each role's way home, help pages, and the files a browser asks for by itself."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views import View

from oncology_clinic.actors import STAFF_ROLES, Role
from oncology_clinic.audit.contract import NotPhi
from oncology_clinic.front import admin_areas, catalogue, navigation, watch
from oncology_clinic.pages import Page, SignedInMixin, actor_of


class Home(View):
    """The landing page for a visitor; for somebody signed in, the way to the home of their role."""

    audit: ClassVar[NotPhi] = NotPhi("the public landing page and a redirect by role")

    def get(self, request: HttpRequest) -> HttpResponse:
        home = navigation.home_of(actor_of(request).role)
        if home:
            return HttpResponseRedirect(home)
        return render(request, "front/landing.html", {"offered": catalogue.offered()})


class AdminHome(SignedInMixin, Page):
    """Where an administrator begins: is anything late, and the areas of the clinic they look after."""

    template_name = "front/admin_home.html"
    roles = (Role.administrator,)
    audit = NotPhi("links to the areas of administration, and two counts")

    def page(self, **kwargs: Any) -> dict[str, Any]:
        return {"areas": admin_areas.areas(), "watched": watch.rows(timezone.now())}


class Public(Page):
    """A page of words for everybody, in the layout of whoever reads it."""

    def page(self, **kwargs: Any) -> dict[str, Any]:
        is_staff = self.actor.role in STAFF_ROLES
        return {"layout": "layouts/staff.html" if is_staff else "layouts/patient.html"}


class Accessibility(Public):
    template_name = "front/accessibility.html"
    audit = NotPhi("the public accessibility statement")


class LanguageHelp(Public):
    template_name = "front/language_help.html"
    audit = NotPhi("the public notice about free language help")


class Offline(Page):
    """What the service worker shows without a connection: both languages, nothing about anybody."""

    template_name = "front/offline.html"
    audit = NotPhi("a page of fixed words")


class Manifest(View):
    """The web app manifest."""

    audit: ClassVar[NotPhi] = NotPhi("the product's name and icon")

    def get(self, request: HttpRequest) -> HttpResponse:
        manifest = {
            "name": settings.CLINIC_NAME,
            "short_name": settings.CLINIC_NAME,
            "start_url": reverse("home"),
            "scope": "/",
            "display": "minimal-ui",
            "background_color": "#f6f4ef",
            "theme_color": "#0b5a68",
            "icons": [{"src": static("clinic/icon.svg"), "sizes": "any", "type": "image/svg+xml"}],
        }
        return JsonResponse(manifest, content_type="application/manifest+json")


class ServiceWorker(View):
    """The service worker, served from the root so that it covers every page. It keeps the offline page and static files only."""

    audit: ClassVar[NotPhi] = NotPhi("a script of the product")

    def get(self, request: HttpRequest) -> HttpResponse:
        kept = [reverse("front:offline"), *(static(f"clinic/{name}") for name in ("clinic.css", "icon.svg"))]
        context = {"kept": kept, "offline": reverse("front:offline"), "static": settings.STATIC_URL}
        response = render(request, "front/service_worker.js", context, content_type="text/javascript")
        response.headers["Cache-Control"] = "no-cache"
        return response
