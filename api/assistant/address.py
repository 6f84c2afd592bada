"""Where the assistant that takes turns now answers: what its keeper wrote last, else `DESK_ASSISTANT_URL`.

A gateway and a worker `follow` it, so that no turn waits for it; elsewhere it is read when it is asked for, once a
second at most. A database that is away changes nothing.
"""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import structlog
from flask import Flask, current_app
from sqlalchemy import bindparam, select
from sqlalchemy.exc import SQLAlchemyError

from api import clock
from api.assistant.models import LIVE, Assistant
from api.config import Settings
from api.db import db

log = structlog.get_logger()
EVERY, LATE = 1.0, 4.0  # seconds
TRUSTED = timedelta(seconds=30)
_LIVE = select(Assistant.address).where(Assistant.name == LIVE, Assistant.seen_at > bindparam("since"))


class Address:
    """What one application knows of it."""

    def __init__(self, settings: Settings) -> None:
        self.url = self._fallback = settings.assistant_url
        self.followed = False
        self._read_at = float("-inf")

    def current(self) -> str:
        """The address, at most a second old; a follower that was held up is not waited for."""
        if time.monotonic() - self._read_at > (LATE if self.followed else EVERY):
            self.read()
        return self.url

    def read(self) -> str:
        """The address as it stands in the database right now."""
        self._read_at = time.monotonic()
        try:
            with db.engine.connect().execution_options(read_only=True) as connection:
                found = connection.scalar(_LIVE, {"since": clock.now() - TRUSTED})
        except SQLAlchemyError as error:
            log.warning("address of the assistant could not be read", error=type(error).__name__)
            return self.url
        self.url = found or self._fallback
        return self.url


def init_app(app: Flask) -> None:
    """Have the application know the address."""
    app.extensions["assistant_address"] = Address(app.config["SETTINGS"])


def of_app() -> Address:
    """The current application's."""
    found: Address = current_app.extensions["assistant_address"]
    return found


def follow(app: Flask) -> None:
    """Read it every second from now on, in the background of this process."""
    address: Address = app.extensions["assistant_address"]

    def read_again() -> None:
        with app.app_context():
            address.followed = True
            while True:
                try:
                    address.read()
                except Exception as error:
                    log.exception("address of the assistant could not be read", error=type(error).__name__)
                time.sleep(EVERY)

    threading.Thread(target=read_again, daemon=True, name="address of the assistant").start()
