"""One line a step, with its seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Step:
    """`outcome` is what the line says beside the name, once the step is done."""

    outcome = ""


@contextmanager
def step(name: str) -> Iterator[Step]:
    began = time.monotonic()
    print(f"  {name:<28}", end="", flush=True)
    current = Step()
    try:
        yield current
    except BaseException:
        print("stopped", flush=True)
        raise
    print(f"{current.outcome:<44}{time.monotonic() - began:6.1f} s", flush=True)
