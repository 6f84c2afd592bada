"""What keeps a start short: libraries load no more than this application uses of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from typing import Any


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Let libraries be imported as if these packages, which are only an option of theirs, were not installed.

    A package that is loaded already stays known: it costs nothing any more. Afterwards each can be imported as ever.
    """
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # as Python has it: an import of None fails
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


@contextmanager
def entry_points_read_once() -> Iterator[None]:
    """Read once what all installed packages offer, however often it is asked for.

    gevent asks at each of a dozen steps of its patching, and looks through every package each time: a quarter of a
    second. No other thread may run meanwhile.
    """
    original, found = metadata.entry_points, metadata.entry_points()

    def of_those(**wanted: Any) -> metadata.EntryPoints:
        return found.select(**wanted)

    metadata.entry_points = of_those
    try:
        yield
    finally:
        metadata.entry_points = original
