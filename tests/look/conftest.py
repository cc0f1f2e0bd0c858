"""The pages nobody signs in for, over real HTTP and without any database: whoever asks for one fails."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from django.urls import clear_url_caches


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


class Threads(WSGIServer):
    daemon_threads = True


@pytest.fixture(scope="package")
def public_pages() -> Iterator[str]:
    """The address of a server with the public pages and the style guide."""
    with override_settings(ROOT_URLCONF="tests.look.urls", DEBUG=False):
        clear_url_caches()
        server = make_server("127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), Threads, Quiet)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()
    clear_url_caches()
