"""Production settings: each thing that is missing or unsafe stops the start with a sentence that says what to do."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from oncology_clinic.embedded import keyfile, throwaway
from oncology_clinic.settings import env
from tests.machine.conftest import OURS, ROOT

NAME = "oncology_clinic.settings.production"


@pytest.fixture
def complete(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Everything production asks for; tests take things away."""
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
    for name, value in throwaway.environment().items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def load() -> ModuleType:
    sys.modules.pop(NAME, None)
    try:
        return importlib.import_module(NAME)
    finally:
        sys.modules.pop(NAME, None)


def refusal() -> str:
    with pytest.raises(ImproperlyConfigured) as refused:
        load()
    return str(refused.value)


def test_it_starts_with_everything_given(complete: pytest.MonkeyPatch) -> None:
    assert load().DEBUG is False


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ALLOWED_HOSTS", "Name the hosts"),
        ("BASE_URL", "Give the address patients use"),
        ("DATABASE_URL", "Give the address of PostgreSQL"),
        ("REDIS_URL", "Give the address of Redis"),
        ("SECRET_KEY", "50 random characters"),
        ("FIELD_ENCRYPTION_KEYS", "seals patient data"),
        ("BLIND_INDEX_KEY", "seals patient data"),
        ("AUDIT_PAYLOAD_KEYS", "belongs to the audit log"),
        ("AUDIT_MAC_KEYS", "NUMBER:KEY"),
        ("AUDIT_INDEX_KEY", "belongs to the audit log"),
        ("AUDIT_SEAL_PRIVATE_KEY", "AUDIT_SEAL_PUBLIC_KEYS is not set. Give it wherever AUDIT_SEAL_PRIVATE_KEY is not"),
        ("AUDIT_ANCHOR_FILE", "outside the database"),
        ("MAIL_HOST", "Name the mail server"),
        ("MAIL_USER", "Name the account"),
        ("MAIL_PASSWORD", "mail account's password"),
        ("MAIL_FROM", "letters come from"),
    ],
)
@pytest.mark.parametrize("gone", ["missing", "empty"])
def test_it_refuses_without(complete: pytest.MonkeyPatch, name: str, says: str, gone: str) -> None:
    complete.delenv(name) if gone == "missing" else complete.setenv(name, "")

    sentence = refusal()

    assert "is not set" in sentence
    assert says in sentence


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("ALLOWED_HOSTS", "*", "must name hosts"),
        ("BASE_URL", "http://clinic.example.org", "https://"),
        ("DATABASE_URL", "sqlite:///clinic.db", "postgres://"),
        ("DATABASE_URL", "postgres://u:p@db.example.org/clinic", "sslmode=verify-full"),
        ("DATABASE_URL", "postgres://u:p@db.example.org/clinic?sslmode=require", "sslmode=verify-full"),
        ("REDIS_URL", "redis://:p@redis.example.org/0", "rediss://"),
        ("REDIS_URL", "memory://", "rediss://"),
        ("SECRET_KEY", "short", "50 random characters"),
        ("SECRET_KEY", "x" * 60, "50 random characters"),
        ("FIELD_ENCRYPTION_KEYS", "change-me", "32 random bytes"),
        ("FIELD_ENCRYPTION_KEYS", "A" * 43 + "=", "32 random bytes"),
        ("AUDIT_MAC_KEYS", "no-number", "NUMBER:KEY"),
        ("AUDIT_MAC_KEYS", "1:short", "32 random bytes"),
        ("MAIL_PORT", "smtp", "whole number"),
        ("TRUSTED_PROXIES", "yes", "whole number"),
        ("SMS_URL", "https://sms.example.org/", "SMS_TOKEN is not set. SMS_URL needs it."),
    ],
)
def test_it_refuses_what_is_unsafe(complete: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    complete.setenv(name, value)

    assert says in refusal()


@pytest.mark.parametrize(
    ("name", "url", "off"),
    [
        ("DATABASE_URL", "postgres://u:p@db/clinic", "DATABASE_TLS_OFF"),
        ("REDIS_URL", "redis://:p@redis/0", "REDIS_TLS_OFF"),
    ],
)
def test_it_lets_tls_off_for_a_reason_but_not_for_a_yes(
    complete: pytest.MonkeyPatch, name: str, url: str, off: str
) -> None:
    complete.setenv(name, url)
    complete.setenv(off, "yes")
    with_a_yes = refusal()
    complete.setenv(off, "only this machine's own bridge")

    assert "in a few words" in with_a_yes
    assert load().DEBUG is False


@pytest.mark.parametrize(
    "url",
    [
        "postgres://u:p@db.example.org/clinic?sslmode=verify-full&sslrootcert=/ca.pem",
        "postgres://u:p@127.0.0.1/clinic",
        "postgres://u:p@[::1]:5433/clinic",
        "postgres:///clinic?host=/run/postgresql",
    ],
)
def test_it_takes_a_database_that_is_near_or_verified(complete: pytest.MonkeyPatch, url: str) -> None:
    complete.setenv("DATABASE_URL", url)

    assert load().DATABASES["default"]["NAME"] == "clinic"


def test_it_refuses_one_key_in_two_places(complete: pytest.MonkeyPatch) -> None:
    complete.setenv("AUDIT_INDEX_KEY", os.environ["BLIND_INDEX_KEY"])

    assert "Two keys are the same" in refusal()


def test_it_reads_secrets_from_mounted_files(complete: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{keyfile.key()}\n")
    complete.delenv("BLIND_INDEX_KEY")
    complete.setenv("BLIND_INDEX_KEY_FILE", str(tmp_path / "key"))
    loaded = load().BLIND_INDEX_KEY
    complete.setenv("BLIND_INDEX_KEY_FILE", str(tmp_path / "none"))

    assert loaded == (tmp_path / "key").read_text().strip()
    assert "cannot be read" in refusal()


def test_only_the_sealing_worker_needs_the_private_seal_key(complete: pytest.MonkeyPatch) -> None:
    private = os.environ["AUDIT_SEAL_PRIVATE_KEY"]
    sealer = load()
    complete.delenv("AUDIT_SEAL_PRIVATE_KEY")
    complete.setenv("AUDIT_SEAL_PUBLIC_KEYS", env.public_half(private))
    web = load()

    assert web.AUDIT_SEAL_PRIVATE_KEY is None
    assert web.AUDIT_SEAL_PUBLIC_KEYS == sealer.AUDIT_SEAL_PUBLIC_KEYS


def test_no_secret_stands_in_a_refusal(complete: pytest.MonkeyPatch) -> None:
    complete.setenv("FIELD_ENCRYPTION_KEYS", "hunter2-but-not-long-enough")

    assert "hunter2" not in refusal()


def is_exempt(production: Any, path: str) -> bool:
    return any(re.search(pattern, path) for pattern in production.SECURE_REDIRECT_EXEMPT)


def test_the_way_in_is_tls_only(complete: pytest.MonkeyPatch) -> None:
    production: Any = load()

    assert production.SECURE_SSL_REDIRECT
    assert production.SECURE_HSTS_SECONDS >= 365 * 24 * 3600
    exempt = [path for path in ("livez", "readyz", "account/sign-in/", "xlivez") if is_exempt(production, path)]
    assert exempt == ["livez", "readyz"], "asked from inside, without TLS"
    for cookie in ("SESSION", "CSRF", "LANGUAGE"):
        assert getattr(production, f"{cookie}_COOKIE_NAME").startswith("__Host-")
        assert getattr(production, f"{cookie}_COOKIE_SECURE")


@pytest.mark.parametrize(("proxies", "believed"), [("0", False), ("1", True)])
def test_it_believes_a_proxy_only_when_told_of_one(complete: pytest.MonkeyPatch, proxies: str, believed: bool) -> None:
    complete.setenv("TRUSTED_PROXIES", proxies)

    assert hasattr(load(), "SECURE_PROXY_SSL_HEADER") is believed


@pytest.mark.slow
def test_the_deploy_check_is_clean() -> None:
    clean = {name: value for name, value in os.environ.items() if name not in OURS}
    command = [sys.executable, "-m", "oncology_clinic.embedded.throwaway"]
    checked = subprocess.run(
        [*command, "check", "--deploy", "--fail-level", "WARNING"], cwd=ROOT, env=clean, capture_output=True, text=True
    )

    assert checked.returncode == 0, checked.stderr


def test_local_keys_are_made_once_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "keys.json"
    first, second = keyfile.load_or_make(path), keyfile.load_or_make(path)

    assert first == second
    assert path.stat().st_mode & 0o777 == 0o600
    assert first.secret_key not in repr(first)
    every = [first.secret_key, *first.field, first.blind_index, *first.audit_payload, first.audit_index]
    assert len({*every, *first.audit_mac.values(), first.audit_seal_private}) == 7


def test_a_fresh_clone_decides_without_a_database(tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if name not in OURS}
    cases = ROOT / "tests" / "cases" / "routing.jsonl"
    decided = subprocess.run(
        [sys.executable, "manage.py", "decide", "routing", "--check", str(cases)],
        cwd=ROOT,
        env={**clean, "CLINIC_VAR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
    )

    assert decided.returncode == 0, decided.stdout[-500:] + decided.stderr[-500:]
    assert "0 mismatches" in decided.stdout
    assert not (tmp_path / "var").exists(), "deciding must leave nothing behind, keys least of all"
