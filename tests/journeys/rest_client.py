"""A small JSON client for a running clinic: session cookie, CSRF header, one-time codes. Standard library only."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any

CODE_SECONDS = 30


@dataclass
class Answer:
    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


def one_time_code(secret_base32: str, at: float | None = None) -> str:
    """The six digits of RFC 6238 for this secret, now."""
    key = base64.b32decode(secret_base32 + "=" * (-len(secret_base32) % 8))
    counter = struct.pack(">Q", int((time.time() if at is None else at) // CODE_SECONDS))
    digest = hmac.new(key, counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


class Client:
    """One person at one browser. `call` never raises on a 4xx or 5xx: the answer says what came back."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.csrf_token = ""
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.base_url}{path}", data=data, method=method)
        request.add_header("Accept", "application/json")
        if data is not None:
            request.add_header("Content-Type", "application/json")
        if self.csrf_token:
            request.add_header("X-CSRFToken", self.csrf_token)
            request.add_header("Referer", self.base_url + "/")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            response = self._opener.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            raw = response.read()
            is_json = "json" in response.headers.get("Content-Type", "")
            return Answer(response.status, json.loads(raw) if is_json and raw else raw, dict(response.headers))

    def sign_in(self, username: str, password: str, totp_secret: str = "") -> Answer:
        """Sign in, with a code where the person has a second factor.

        A code counts once: when this one was used a moment ago, waits for the next and tries that, once.
        """
        answer = self._try(username, password, totp_secret)
        if totp_secret and answer.status == 403 and answer.body.get("code") == "bad_credentials":
            time.sleep(CODE_SECONDS - time.time() % CODE_SECONDS + 0.5)
            answer = self._try(username, password, totp_secret)
        if answer.status == 200:
            self.csrf_token = answer.body["csrf_token"]
        return answer

    def _try(self, username: str, password: str, totp_secret: str) -> Answer:
        credentials = {"username": username, "password": password}
        if totp_secret:
            credentials["otp"] = one_time_code(totp_secret)
        return self.call("POST", "/api/v1/session/", credentials)

    def sign_out(self) -> Answer:
        answer = self.call("DELETE", "/api/v1/session/")
        self.csrf_token = ""
        return answer
