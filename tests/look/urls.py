"""The clinic's addresses and the style guide, which the product itself shows only with DEBUG."""

from django.urls import include, path

from oncology_clinic import urls as clinic
from oncology_clinic.front.urls import examples

urlpatterns = [path("", include((examples, "styleguide"))), *clinic.urlpatterns]
handler400, handler403, handler404, handler500 = (
    clinic.handler400,
    clinic.handler403,
    clinic.handler404,
    clinic.handler500,
)
