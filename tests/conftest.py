"""Servers and fixtures for all tests. Nothing starts until a test asks for it: rule tests start nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import override_settings

from oncology_clinic.actors import system_actor
from oncology_clinic.audit.context import AccessContext, Purpose, open_context
from tests import browsers, emptying

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.servers import Servers
    from tests.workers import WorkerProcess

_DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}


def _uses_database(request: pytest.FixtureRequest) -> bool:
    has_mark = request.node.get_closest_marker("django_db") is not None
    return has_mark or bool(_DATABASE_FIXTURES & set(request.fixturenames))


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and Redis: given by DATABASE_URL and REDIS_URL, or our own for this run."""
    from tests.servers import Servers

    ours = Servers()
    try:
        ours.start()
        yield ours
    finally:
        ours.stop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: Servers) -> Iterator[None]:
    """pytest-django asks for this before it makes the test database: here the server is started."""
    with emptying.allowed():
        yield


@pytest.fixture(autouse=True)
def clinic_context(request: pytest.FixtureRequest) -> Iterator[None]:
    """Test code may load and open patient data; what it opens is not recorded. Requests and tasks open their own."""
    if not _uses_database(request):
        yield
        return
    with open_context(AccessContext(actor=system_actor("tests"), purpose=Purpose.system, route="tests")):
        yield


@pytest.fixture(autouse=True)
def files_of_this_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test has its own mail, SMS and seals."""
    if not _uses_database(request):
        yield
        return
    folder = Path(tempfile.mkdtemp(prefix="oncology-clinic-test-"))
    own = {"MAIL_DIR": folder / "mail", "SMS_DIR": folder / "sms", "AUDIT_ANCHOR_FILE": folder / "anchor.log"}
    try:
        with override_settings(**own):
            yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def celery_worker_process(transactional_db: None, tmp_path: Path) -> Iterator[WorkerProcess]:
    """A real worker (prefork, two children) that sees what the test commits. `kill()` and `start()` it at will."""
    from tests.workers import WorkerProcess

    worker = WorkerProcess(tmp_path)
    try:
        worker.start()
        yield worker
    finally:
        worker.stop()


@dataclass(frozen=True, slots=True)
class LiveClinic:
    """The clinic over real HTTP, in this process."""

    url: str

    def at(self, path: str) -> str:
        return f"{self.url}/{path.lstrip('/')}"


@pytest.fixture
def live_clinic(live_server: Any) -> Iterator[LiveClinic]:
    with override_settings(BASE_URL=live_server.url):
        yield LiveClinic(live_server.url)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium. Where there is none the test is skipped with the sentence how to get one (REQUIRE_BROWSER=1: fails)."""
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread, and Django would take the tests' own queries for async ones.
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        playwright = stack.enter_context(sync_playwright())
        path = browsers.find(playwright.chromium.executable_path)
        if path is None:
            (pytest.fail if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip)(browsers.HOW_TO_GET_ONE)
        chromium = playwright.chromium.launch(executable_path=path, args=browsers.ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, live_clinic: LiveClinic) -> Iterator[Page]:
    """A fresh window on the live clinic: `page.goto("/")`."""
    window = browser.new_context(base_url=live_clinic.url)
    yield window.new_page()
    window.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever opens a page needs a browser: `-m "not browser"` leaves them out."""
    for item in items:
        if {"browser", "page"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)
