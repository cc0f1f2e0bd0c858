from django.urls import path

from tests.bench.floor import views

urlpatterns = [path("slots/", views.slots), path("book/", views.Book.as_view())]
