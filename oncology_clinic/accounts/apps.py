from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "oncology_clinic.accounts"
    label = "accounts"
