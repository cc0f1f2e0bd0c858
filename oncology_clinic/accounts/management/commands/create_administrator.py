"""`manage.py create_administrator`: the first person, with a second factor from the start."""

from __future__ import annotations

import getpass
import io
import sys
from typing import Any

import segno
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from oncology_clinic.accounts.models import Account
from oncology_clinic.accounts.services import life, second_factor
from oncology_clinic.actors import system_actor
from oncology_clinic.audit.context import phi_context
from oncology_clinic.errors import Refusal


class Command(BaseCommand):
    help = "Create an administrator with a second factor, and print what their app needs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", help="asked for when left out")
        parser.add_argument("--email", default="", help="for letters about the sign-in")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        username = options["username"] or input("Username: ").strip()
        password = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else _ask_twice()
        try:
            password_validation.validate_password(password, Account(username=username))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        now = timezone.now()
        with phi_context("create_administrator"):
            try:
                account = life.create_administrator(
                    username,
                    password=password,
                    email=options["email"],
                    actor=system_actor("create_administrator"),
                    now=now,
                )
            except Refusal as refusal:
                raise CommandError(refusal.sentence) from None
            device = second_factor.enrol_now(account, now=now)
            codes = second_factor.new_recovery_codes(account, now=now)
        self._print(account.username, device.config_url(account.username), device.secret(), codes)

    def _print(self, username: str, address: str, secret: str, codes: list[str]) -> None:
        drawn = io.StringIO()
        segno.make(address, error="m").terminal(out=drawn, compact=True)
        self.stdout.write(self.style.SUCCESS(f"{username} is an administrator. Scan this with a code app:"))
        self.stdout.write(drawn.getvalue())
        self.stdout.write(f"or type this secret into it: {secret}")
        self.stdout.write(f"or open this address: {address}")
        self.stdout.write("Recovery codes, each works once; they are not shown again:")
        for code in codes:
            self.stdout.write(f"  {code}")


def _ask_twice() -> str:
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Password again: "):
        raise CommandError("The two passwords differ. Nothing was created.")
    return first
