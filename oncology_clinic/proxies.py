"""Who really asks, when proxies of our own stand in front: settled once, before Django, for lockouts and the audit log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def behind(proxies: int, application: Application) -> Application:
    """Give `application` the client's own address as `REMOTE_ADDR`.

    `proxies` is how many trusted proxies each append to X-Forwarded-For: the address that the outermost of them
    saw is that many from the right. What stands further left is the client's own word, and is not believed.
    With 0 the header is never read.
    """
    if proxies == 0:
        return application

    def settled(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        hops = [hop.strip() for hop in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if len(hops) >= proxies:
            environ["REMOTE_ADDR"] = hops[-proxies]
        return application(environ, start_response)

    return settled
