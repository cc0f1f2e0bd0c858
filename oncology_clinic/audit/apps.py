from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "oncology_clinic.audit"
    label = "audit"

    def ready(self) -> None:
        from oncology_clinic.audit import checks, context, ledger

        context.flush_with(ledger.flush)
        checks.register()
