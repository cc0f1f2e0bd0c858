"""The demo clinic in a test's own database, its sign-ins in a file of the test's own."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command


@dataclass
class Demo:
    file: Path

    def seed(self, **options: Any) -> str:
        said = io.StringIO()
        call_command("seed_demo", file=self.file, stdout=said, stderr=io.StringIO(), **options)
        return said.getvalue()

    @property
    def content(self) -> dict[str, Any]:
        return json.loads(self.file.read_text())

    def people(self, role: str) -> list[dict[str, Any]]:
        return [person for person in self.content["people"] if person["role"] == role]


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    return Demo(tmp_path / "var" / "demo.json")
