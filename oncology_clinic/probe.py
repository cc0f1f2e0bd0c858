"""Does a part of the running clinic answer? For health checks from outside the processes: `python -m oncology_clinic.probe PART`.

`web` asks /readyz, `worker` pings this machine's Celery worker, `beat` looks for beat's sign of life in Redis.
"""

from __future__ import annotations

import http.client
import os
import socket
import sys
from urllib.parse import urlsplit

import redis
from celery import Celery
from kombu.exceptions import OperationalError

from oncology_clinic.settings import env

BEAT_KEY = "clinic:beat"
BEAT_SECONDS = 60  # beat sends something every few seconds; silence for this long is a dead beat


def web_answers(url: str, *, host: str = "") -> bool:
    """True when `url` answers 200. `host` is the name to ask for; redirects to TLS are not followed: they are no 200."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=5)
    try:
        connection.request("GET", parts.path or "/", headers={"Host": host} if host else {})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def worker_answers(redis_url: str, *, node: str, seconds: float = 1.0) -> bool:
    """True when the worker called `node` answers a ping."""
    with Celery("probe", broker=redis_url) as app:
        app.conf.broker_transport_options = {"socket_connect_timeout": 1}
        try:
            return bool(app.control.ping(destination=[node], timeout=seconds))
        except (OSError, OperationalError):
            return False


def beat_answers(redis_url: str) -> bool:
    """True when beat was alive within the last `BEAT_SECONDS`."""
    client = redis.Redis.from_url(redis_url, socket_connect_timeout=1, socket_timeout=1)
    try:
        return bool(client.exists(BEAT_KEY))
    except redis.RedisError:
        return False
    finally:
        client.close()


def note_beat(redis_url: str) -> None:
    """Beat's sign of life. A Redis that is away must not stop beat: it comes back, and so does the sign."""
    client = redis.Redis.from_url(redis_url, socket_connect_timeout=1, socket_timeout=1)
    try:
        client.set(BEAT_KEY, "1", ex=BEAT_SECONDS)
    except redis.RedisError:
        pass
    finally:
        client.close()


def main(part: str) -> int:
    if part == "web":
        host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
        is_well = web_answers(f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/readyz", host=host)
    elif part == "worker":
        is_well = worker_answers(env.text("REDIS_URL"), node=f"celery@{socket.gethostname()}", seconds=5)
    elif part == "beat":
        is_well = beat_answers(env.text("REDIS_URL"))
    else:
        sys.exit("usage: python -m oncology_clinic.probe web|worker|beat")
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
