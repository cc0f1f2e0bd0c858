"""The demo people's sign-ins: made up for each installation, and kept in one private file only."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from oncology_clinic.accounts import selectors
from oncology_clinic.accounts.models import Account
from oncology_clinic.accounts.services import second_factor
from oncology_clinic.actors import STAFF_ROLES

WORDS = 4


@dataclass(frozen=True, slots=True)
class SignIn:
    """One person of the file. `totp_secret` is base 32, None for somebody without a second factor."""

    role: str
    username: str
    password: str
    totp_secret: str | None


def passwords(path: Path) -> dict[str, str]:
    """The passwords the file knows, by username; none where there is no readable file."""
    try:
        people = json.loads(path.read_text())["people"]
        return {person["username"]: person["password"] for person in people}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def new_password() -> str:
    """Four groups of four: 76 bits, easy to read out and to type."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _place in range(4)) for _group in range(WORDS))


def of(account: Account, *, known: str | None, is_just_made: bool) -> SignIn:
    """The person's sign-in with the password known from the file; a new one where that is missing or wrong.

    The second factor is read from the database, so that the file is always true.
    """
    password = known
    if password is None or not (is_just_made or account.check_password(password)):
        password = new_password()
        account.set_password(password)
        account.save(update_fields=["password"])
    device = selectors.second_factor(account.pk)
    return SignIn(account.role, account.username, password, device.secret() if device else None)


def make_sure_of_second_factor(account: Account, *, now: datetime) -> None:
    """Staff reach no clinical page without one."""
    if account.role in STAFF_ROLES and selectors.second_factor(account.pk) is None:
        second_factor.enrol_now(account, now=now)


def write(path: Path, *, base_url: str, people: list[SignIn]) -> None:
    """Write the file whole or not at all, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    content = {"base_url": base_url, "people": [asdict(person) for person in people]}
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=1, ensure_ascii=False)
    part.replace(path)
