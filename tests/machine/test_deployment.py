"""docker-compose.yml and the Dockerfile: parsed and held to what they promise (no Docker engine is needed)."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.machine.conftest import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("web", "worker", "beat", "migrate")
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_it_has_the_services_of_a_clinic() -> None:
    assert set(SERVICES) == {"postgres", "redis", "migrate", "web", "worker", "beat"}
    assert SERVICES["postgres"]["image"] == "postgres:17"
    assert SERVICES["redis"]["image"] == "redis:7"


@pytest.mark.parametrize("name", ["postgres", "redis", "web", "worker", "beat"])
def test_every_lasting_service_has_a_health_check_and_comes_back(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_every_secret_comes_from_the_environment_and_has_no_default() -> None:
    secret = re.compile(r"PASSWORD|KEY|TOKEN")
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            named = re.findall(r"\$\{(\w+)(:\?|:-)?([^}]*)\}", str(value))
            if secret.search(variable):
                assert named, f"{name}: {variable} is written out"
            for asked, how, sentence in named:
                if secret.search(asked) and asked != "SMS_TOKEN":
                    assert how == ":?", f"{name}: {asked} has a default"
                if how == ":?":
                    assert len(sentence.split()) >= 3, f"{asked}: says what is missing"
            if variable == "SMS_TOKEN":
                assert value == "${SMS_TOKEN:-}", "without SMS_URL there is no SMS, and no token"


def test_no_password_is_written_into_an_address() -> None:
    for url in (SERVICES["web"]["environment"][name] for name in ("DATABASE_URL", "REDIS_URL")):
        assert re.search(r"://\w*:\$\{\w+_PASSWORD:\?", url)


def test_only_the_worker_can_seal_the_audit_log() -> None:
    assert {
        name for name, service in SERVICES.items() if "AUDIT_SEAL_PRIVATE_KEY" in service.get("environment", {})
    } == {"worker"}
    assert SERVICES["worker"]["volumes"] == ["anchors:/var/lib/clinic/audit"]


def test_every_setting_production_needs_is_passed_on() -> None:
    asked = set(
        re.findall(
            r'env\.(?:text|secrets?|words)\(\s*"(\w+)"', (ROOT / "oncology_clinic/settings/production.py").read_text()
        )
    )
    optional = {"SMS_CHANNEL", "AUDIT_SEAL_PRIVATE_KEY"}
    for name in OURS:
        assert asked - optional <= set(SERVICES[name]["environment"]), name


@pytest.mark.parametrize("name", OURS)
def test_our_own_containers_are_read_only_and_have_no_powers(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


def test_nothing_but_the_web_server_is_published_and_that_to_this_machine_only() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:${PORT:-8000}:8000"]}
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert all(SERVICES[name]["networks"] == ["inside"] for name in ("postgres", "redis", "beat", "migrate"))


def test_programs_wait_for_the_migrations_and_there_is_one_beat() -> None:
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert SERVICES["beat"]["deploy"]["replicas"] == 1
    assert SERVICES["migrate"]["restart"] == "no"


def test_the_database_outlives_its_container() -> None:
    assert SERVICES["postgres"]["volumes"] == ["database:/var/lib/postgresql/data"]
    assert {"database", "anchors"} <= set(COMPOSE["volumes"])


def test_the_image_is_built_from_hashes_in_two_stages_and_runs_as_nobody_special() -> None:
    stages = re.findall(r"^FROM (\S+)", DOCKERFILE, flags=re.MULTILINE)
    last = DOCKERFILE.split("\nFROM ")[-1]
    assert len(stages) == 2
    assert "--require-hashes" in DOCKERFILE
    assert re.search(r"^USER 10001:10001$", last, flags=re.MULTILINE)
    assert "pip" not in last
    assert "requirements-dev" not in DOCKERFILE


def test_the_image_holds_every_room_and_no_secret() -> None:
    copied = set(re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, flags=re.MULTILINE))
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == {
        "requirements.txt", "manage.py", "templates", "oncology_clinic", "billing", "screening", "caregivers", "visits",
    }  # fmt: skip
    assert allowed == copied
    assert not re.search(r"^(ARG|ENV).*(KEY|PASSWORD|SECRET|TOKEN)", DOCKERFILE, flags=re.MULTILINE)


def test_the_web_server_speaks_wsgi_with_one_blocking_thread() -> None:
    command = re.search(r"^CMD \[(.*)\]", DOCKERFILE, flags=re.MULTILINE)
    assert command is not None
    assert '"--interface", "wsgi"' in command[1]
    assert '"--blocking-threads", "1"' in command[1]
