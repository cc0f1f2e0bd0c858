"""Make the demo clinic, once; after that only what a new day needs, and the file of sign-ins."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import uuid6
from django.db import connection, transaction

from oncology_clinic.accounts.models import Account
from oncology_clinic.actors import system_actor
from visits.demo import day, patients, places, reading, signins, staff
from visits.demo.reading import Clinic
from visits.demo.signins import SignIn

SYSTEM = system_actor("seed_demo")
ROLES = ("patient", "caregiver", "clinician", "nurse_coordinator", "administrator", "auditor")
LOCK = 0x5EED


def seed(*, file: Path, base_url: str, now: datetime) -> list[SignIn]:
    """The clinic with its people and a day of visits around `now`; gives the sign-ins written to `file`.

    One transaction: a run that is killed leaves nothing. Run again it keeps people, passwords
    and visits, makes today's visits if they are from an earlier day, and writes the file anew.
    """
    clinic, known = reading.clinic(), signins.passwords(file)
    with transaction.atomic():
        _alone()
        is_new = not places.is_made(clinic)
        if is_new:
            _make(clinic, known=known, now=now)
        people = [_sign_in(name, known=known, is_new=is_new, now=now) for name in usernames(clinic)]
        if not day.has_today(clinic, now=now):
            first = uuid6.uuid7()
            if is_new:
                day.make_past(clinic, now=now)
                day.make_coming(clinic, now=now)
            day.make_today(clinic, now=now)
            day.silence_the_past(since=first, now=now)
    people.sort(key=lambda person: ROLES.index(person.role))
    signins.write(file, base_url=base_url, people=people)
    return people


def usernames(clinic: Clinic) -> list[str]:
    """Everybody with a sign-in, in the order of the files."""
    named = [
        *(person.username for person in clinic.patients),
        *(helper.username for helper in clinic.helpers),
        *(person.username for person in clinic.staff),
    ]
    return [name for name in named if name]


def _make(clinic: Clinic, *, known: dict[str, str], now: datetime) -> None:
    places.make(clinic, actor=SYSTEM, now=now)
    administrator = staff.make(clinic, known=known, system=SYSTEM, now=now)
    patients.make(clinic, known=known, administrator=administrator, system=SYSTEM, now=now)


def _sign_in(username: str, *, known: dict[str, str], is_new: bool, now: datetime) -> SignIn:
    account = Account.objects.get(username=username)
    signins.make_sure_of_second_factor(account, now=now)
    return signins.of(account, known=known.get(username), is_just_made=is_new)


def _alone() -> None:
    """Two runs at once would both find an empty clinic: the second one waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
