"""Who asks: one kept connection each, with cookies and token ready, so that only the request is timed."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.bench.counting import HEADER

RESTS_SECONDS = 10


class WrongAnswer(RuntimeError):
    """A measured request was not answered as it should be: its time would mean nothing."""


@dataclass
class Timed:
    milliseconds: float
    statements: int
    body: Any


@dataclass
class Caller:
    """A signed-in person at `url`."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        self._used_at = 0.0

    def call(self, method: str, path: str, body: Any = None, *, expected: int = 200) -> Timed:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Accept": "application/json", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if data is not None:
            headers |= {"Content-Type": "application/json", "X-CSRFToken": self.csrf, "Referer": f"{self.url}/"}
        self._be_connected()
        began = time.perf_counter()
        self._connection.request(method, path, body=data, headers=headers)
        response = self._connection.getresponse()
        raw = response.read()
        self._used_at = time.perf_counter()
        took = (self._used_at - began) * 1_000
        if response.status != expected:
            raise WrongAnswer(f"{method} {path}: {response.status} {raw[:300]!r}")
        self._keep_cookies(response)
        return Timed(took, int(response.headers.get(HEADER, 0)), json.loads(raw) if raw else None)

    def _be_connected(self) -> None:
        """The server closes connections that rest for half a minute; connecting is not part of what is timed."""
        if time.perf_counter() - self._used_at > RESTS_SECONDS:
            self._connection.close()
            self._connection.connect()

    def _keep_cookies(self, response: http.client.HTTPResponse) -> None:
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _equals, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value


def at_the_clinic(url: str, person: dict[str, str]) -> Caller:
    """Signed in through the API, as the REST story says."""
    caller = Caller(url)
    credentials = {"username": person["username"], "password": person["password"]}
    caller.csrf = caller.call("POST", "/api/v1/session/", credentials).body["csrf_token"]
    return caller


def at_the_floor(url: str, cookie: dict[str, str]) -> Caller:
    return Caller(url, {"sessionid": cookie["session"], "csrftoken": cookie["csrf"]}, cookie["csrf"])
