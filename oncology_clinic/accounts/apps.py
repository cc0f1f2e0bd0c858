from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "oncology_clinic.accounts"
    label = "accounts"

    def ready(self) -> None:
        from oncology_clinic.accounts import handlers, signals

        signals.connect()
        handlers.subscribe()
