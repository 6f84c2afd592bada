"""The one clock of the gateway: UTC, and movable in tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_shift = timedelta(0)
_fixed: datetime | None = None


def now() -> datetime:
    """The current time, aware, in UTC."""
    return (_fixed or datetime.now(UTC)) + _shift


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment` (aware) inside the block."""
    global _fixed
    before, _fixed = _fixed, moment.astimezone(UTC)
    try:
        yield
    finally:
        _fixed = before


def move(by: timedelta) -> None:
    """Move the clock for the rest of the process; `timedelta(0)` undoes it only if nothing else moved it."""
    global _shift
    _shift += by
