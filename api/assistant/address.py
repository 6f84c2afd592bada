"""Where the assistant that takes turns now answers: what its keeper wrote last, else `DESK_ASSISTANT_URL`.

A keeper that has been silent for long may only wait for a busy database: its address is given up when nobody answers
there any more, and not before.

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
_LIVE = select(Assistant.address, Assistant.seen_at).where(Assistant.name == bindparam("name"))


class Address:
    """What one application knows of it."""

    def __init__(self, settings: Settings) -> None:
        self.url = self._fallback = settings.assistant_url
        self.followed = False
        self._read_at = float("-inf")
        self._silent = False
        self._given_up: str | None = None

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
                found = connection.execute(_LIVE, {"name": LIVE}).one_or_none()
        except SQLAlchemyError as error:
            log.warning("address of the assistant could not be read", error=type(error).__name__)
            return self.url
        self._silent = found is None or found.seen_at < clock.now() - TRUSTED
        given_up = found is None or (self._silent and found.address == self._given_up)
        self.url = self._fallback if found is None or given_up else found.address
        return self.url

    def instead_of(self, url: str, unreachable: bool) -> str | None:
        """Where to ask after a failure at `url`: None, if there is nowhere else."""
        if self.read() == url and self._silent and unreachable:
            self._given_up = url
            self.url = self._fallback
        return self.url if self.url != url else None


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
