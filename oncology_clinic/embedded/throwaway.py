"""`python -m oncology_clinic.embedded.throwaway COMMAND`: a manage.py command under production settings, with values made up on the spot.

For what needs those settings but no servers and no secrets: the deploy check, and collecting files into an image.
"""

from __future__ import annotations

import os
import secrets
import sys

from django.core.management import execute_from_command_line

from oncology_clinic.embedded import keyfile


def environment() -> dict[str, str]:
    """Every setting that production asks for, valid and of no use to anybody."""
    return {
        "DJANGO_SETTINGS_MODULE": "oncology_clinic.settings.production",
        "ALLOWED_HOSTS": "clinic.example.org",
        "BASE_URL": "https://clinic.example.org",
        "DATABASE_URL": "postgres://clinic:none@127.0.0.1:1/clinic",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_ENCRYPTION_KEYS": keyfile.key(),
        "BLIND_INDEX_KEY": keyfile.key(),
        "AUDIT_PAYLOAD_KEYS": keyfile.key(),
        "AUDIT_MAC_KEYS": f"1:{keyfile.key()}",
        "AUDIT_INDEX_KEY": keyfile.key(),
        "AUDIT_SEAL_PRIVATE_KEY": keyfile.key(),
        "AUDIT_ANCHOR_FILE": os.devnull,
        "MAIL_HOST": "mail.example.org",
        "MAIL_USER": "clinic",
        "MAIL_PASSWORD": keyfile.key(),
        "MAIL_FROM": "clinic@example.org",
    }


def main() -> None:
    os.environ.update(environment())
    execute_from_command_line(["manage.py", *sys.argv[1:]])


if __name__ == "__main__":
    main()
