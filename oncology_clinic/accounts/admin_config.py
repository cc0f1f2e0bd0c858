"""Puts the clinic's admin site in place of the stock one. Imports nothing that needs the models."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class ClinicAdminConfig(AdminConfig):
    default_site = "oncology_clinic.accounts.admin_site.ClinicAdminSite"
