"""What is said when traces cannot be delivered: enough to notice, and never a line for each."""

from __future__ import annotations

import logging
import time

import structlog

log = structlog.get_logger()
EVERY = 300.0  # seconds


class Complaints(logging.Handler):
    """What OpenTelemetry's own loggers say of traces that were not delivered: at once, then summed up every few minutes."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._unsaid, self._again_at = 0, float("-inf")

    def listen(self) -> None:
        """Take the place of whatever handled those loggers."""
        theirs = logging.getLogger("opentelemetry")
        theirs.handlers, theirs.propagate = [self], False

    def emit(self, record: logging.LogRecord) -> None:
        self._unsaid += 1
        if time.monotonic() < self._again_at:
            return
        cause = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        log.warning("traces not delivered", said=record.getMessage()[:200], cause=cause, times=self._unsaid)
        self._unsaid, self._again_at = 0, time.monotonic() + EVERY

    def close(self, unfinished: bool = False) -> None:
        """Say what has not been said yet."""
        if self._unsaid or unfinished:
            log.warning("traces not delivered", times=self._unsaid, unfinished=unfinished)
            self._unsaid = 0
        super().close()
