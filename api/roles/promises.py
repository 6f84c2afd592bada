"""Promises: who contacts the candidate next. An application has at most one open; how the others ended is kept."""

from __future__ import annotations

from datetime import datetime

from api.roles.models import Application, Promise


def open_promise(application: Application) -> Promise | None:
    """The contact that is still owed."""
    return next((p for p in application.promises if p.status == "open"), None)


def drop(application: Application, now: datetime) -> None:
    """Nobody waits for the contact any more; neither kept nor broken."""
    promise = open_promise(application)
    if promise is not None:
        promise.status, promise.closed_at = "dropped", now
