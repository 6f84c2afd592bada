"""Keeps libraries silent: their messages and debug lines can hold what a candidate wrote."""

from __future__ import annotations

import logging
import os
import warnings


def silence_libraries() -> None:
    """No telemetry, no progress bars, no line from Rasa at any level; errors stay exceptions.

    To be called before Rasa is imported, and `silence_structlog` after it.
    """
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["LOG_LEVEL"] = "ERROR"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.simplefilter("ignore")
    warnings.showwarning = lambda *ignored, **also: None  # type: ignore[assignment]  # Rasa resets filters
    for name in ("rasa", "rasa_sdk", "asyncio", "aiohttp.access", "httpx", "httpcore"):
        library = logging.getLogger(name)
        library.setLevel(logging.CRITICAL + 1)
        library.propagate = False
    silence_structlog()


def silence_structlog() -> None:
    """Rasa's structured lines repeat texts and slot values: drop them before they are built."""
    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        cache_logger_on_first_use=True,
    )
