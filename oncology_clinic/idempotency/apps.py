from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    name = "oncology_clinic.idempotency"
    label = "idempotency"
