from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "oncology_clinic.audit"
    label = "audit"
