"""Counts the SQL statements of each request on the server itself and says the number in a header. Both sides have it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

HEADER = "X-Sql"


def counted(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """The same WSGI application; statements sent while it answers are counted, BEGIN and COMMIT are not."""
    from django.db import connection

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        count = 0

        def count_one(execute: Callable[..., Any], *arguments: Any) -> Any:
            nonlocal count
            count += 1
            return execute(*arguments)

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*headers, (HEADER, str(count))], *rest)

        with connection.execute_wrapper(count_one):
            return application(environ, start)

    return answer
