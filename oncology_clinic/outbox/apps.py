from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "oncology_clinic.outbox"
    label = "outbox"
