"""Two questions a load balancer asks: is this process alive, and can it serve? The answers tell nothing else."""

from __future__ import annotations

import logging

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views import View

from oncology_clinic.audit.contract import NotPhi

logger = logging.getLogger(__name__)


class Alive(View):
    """The process answers. Asks nobody else, so that a database that is away does not get the web server killed."""

    audit = NotPhi("one word")

    def get(self, request: HttpRequest) -> JsonResponse:
        return _answer("alive", status=200)


class Ready(View):
    """The database answers, its procedural language too (our triggers need it), and so does Redis."""

    audit = NotPhi("one word")

    def get(self, request: HttpRequest) -> JsonResponse:
        try:
            _ask_database()
            _ask_redis()
        except (DatabaseError, redis.RedisError) as error:
            logger.error("not ready: %s", type(error).__name__)
            return _answer("not_ready", status=503)
        return _answer("ready", status=200)


def _answer(word: str, *, status: int) -> JsonResponse:
    response = JsonResponse({"status": word}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("do $$ begin perform 1; end $$ language plpgsql")


def _ask_redis() -> None:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
    try:
        client.ping()
    finally:
        client.close()
