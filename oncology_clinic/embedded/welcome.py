"""What `make run` prints when the clinic is open: the address, who can sign in, and where the letters are."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from django_otp import oath


def text(*, url: str, var: Path, now: float) -> str:
    demo = people(var / "demo.json")
    lines = ["", f"The clinic is open: {url}", ""]
    lines += table(demo, now=now) if demo else ["There are no demo people: `seed_demo` has not made any."]
    lines += [
        "",
        f"E-mail    {_short(var / 'mail')}/*.eml",
        f"SMS       {_short(var / 'sms')}/*.txt",
        f"Seals     {_short(var / 'audit' / 'anchor.log')}   (check them: .venv/bin/python manage.py verify_audit)",
        f"Logs      {_short(var / 'log')}/",
        f"Sign-ins  {_short(var / 'demo.json')}   (for scripts)",
        "",
        "Ctrl-C stops everything this has started.",
    ]
    return "\n".join(lines)


def code(secret: str, *, now: float) -> str:
    """The one-time code of a base32 `secret` at Unix time `now`; nothing for somebody without a secret."""
    if not secret:
        return ""
    key = base64.b32decode(secret.upper() + "=" * (-len(secret) % 8))
    return f"{oath.hotp(key, int(now) // 30):06d}"


def people(path: Path) -> list[dict[str, Any]]:
    try:
        return list(json.loads(path.read_text())["people"])
    except (OSError, ValueError, KeyError, TypeError):
        return []


def table(demo: list[dict[str, Any]], *, now: float) -> list[str]:
    rows = [("Role", "Username", "Password", "One-time-code secret", "Code now")]
    for person in demo:
        secret = person.get("totp_secret") or ""
        rows.append((person["role"], person["username"], person["password"], secret or "none", code(secret, now=now)))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return [*lines, f"A code changes every 30 s (this one in {30 - int(now) % 30} s): `make codes` prints them anew."]


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
