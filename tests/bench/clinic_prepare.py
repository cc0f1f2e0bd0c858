"""Gives some patients of the bulk a sign-in, and prints them with the bulk's clinicians."""

from __future__ import annotations

import json
import os
import secrets
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "oncology_clinic.settings.local"

import django


def main(count: int) -> None:
    django.setup()
    from oncology_clinic.accounts.models import Account, Clinician, Patient
    from oncology_clinic.audit.context import phi_context

    people = []
    with phi_context("bench"):
        for number, patient in enumerate(Patient.objects.filter(account=None).order_by("-id")[:count]):
            username, password = f"bench.{number}", secrets.token_urlsafe(16)
            patient.account = Account.objects.create_account(username, role="patient", password=password)
            patient.save(update_fields=["account"])
            people.append({"username": username, "password": password, "patient": str(patient.id)})
        working = Clinician.objects.filter(hours__site__code__startswith="campus-").distinct()
        clinicians = [str(one.id) for one in working]
    print(json.dumps({"people": people, "clinicians": clinicians}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
