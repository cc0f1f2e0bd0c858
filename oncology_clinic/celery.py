"""Celery rings the bell: each task loads by id and calls one service; no patient data in arguments."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oncology_clinic.settings.production")

app = Celery("oncology_clinic")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
