"""Makes the floor's tables beside the clinic's, with the same rows, and a signed-in user; prints cookie and token."""

from __future__ import annotations

import json
import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.floor.settings"

import django
from django.db import connection


def main() -> None:
    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command
    from django.middleware.csrf import _get_new_csrf_string

    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA IF NOT EXISTS floor")
    call_command("migrate", run_syncdb=True, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO floor.floor_appointment (id, patient, clinician, service, status, starts_at, ends_at) "
            "SELECT id, patient_id, clinician_id, service, status, starts_at, ends_at FROM public.visits_appointment"
        )
    user = get_user_model().objects.create_user("floor")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    print(json.dumps({"session": session.session_key, "csrf": _get_new_csrf_string()}))


if __name__ == "__main__":
    main()
