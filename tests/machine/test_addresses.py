"""Where the clinic listens: PORT and HOST, checked before anything is started."""

from __future__ import annotations

import socket

import pytest

from oncology_clinic.embedded import ports, run
from oncology_clinic.embedded.processes import StartFailed


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "HOST"):
        monkeypatch.delenv(name, raising=False)


def test_it_takes_the_first_free_port_from_8000_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda host, port: host == "127.0.0.1" and port >= 8003)

    assert run._address() == ("127.0.0.1", 8003)


def test_it_says_so_when_none_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda host, port: False)

    with pytest.raises(StartFailed, match="No port from 8000 to 8099 is free"):
        run._address()


@pytest.mark.parametrize("port", ["none", "0", "70000", "-1"])
def test_it_refuses_a_port_that_is_none(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PORT", port)

    with pytest.raises(StartFailed, match="PORT must be a number"):
        run._address()


def test_it_refuses_a_named_port_that_is_taken_also_by_a_server_that_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))

        with pytest.raises(StartFailed, match="is taken"):
            run._address()


def test_it_honours_host_and_port(monkeypatch: pytest.MonkeyPatch) -> None:
    port = ports.free()
    monkeypatch.setenv("HOST", "0.0.0.0")
    monkeypatch.setenv("PORT", str(port))

    assert run._address() == ("0.0.0.0", port)


@pytest.mark.parametrize(
    ("host", "named"), [("0.0.0.0", "127.0.0.1"), ("::", "127.0.0.1"), ("::1", "[::1]"), ("10.0.0.5", "10.0.0.5")]
)
def test_it_names_an_address_that_a_browser_can_open(host: str, named: str) -> None:
    assert run._named(host) == named
