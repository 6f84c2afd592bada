"""The database: declarative base, column types, sessions, and the SQLite settings.

Writes never wait for the network: code inside a transaction does no input or output but the database's.
On SQLite that also keeps one greenlet from waiting for a lock that another one holds.
"""

from __future__ import annotations

import inspect
import secrets
import select
import sqlite3
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Response
from flask.sansio.app import App
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import JSON, DateTime, Engine, MetaData, String, TypeDecorator, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

# Seconds after which a connection to PostgreSQL is tried before it is used again.
QUIET_FOR = 5.0

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """A point in time: aware in Python, UTC in the database (SQLite keeps no zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")


def new_id() -> str:
    """An unguessable id: 128 random bits, 22 characters."""
    return secrets.token_urlsafe(16)


class Base(DeclarativeBase):
    """Base of all models."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: Moment(), dict[str, Any]: Json, list[Any]: Json}


class WithId:
    """Mixin: an unguessable primary key."""

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)


class Database(SQLAlchemy):
    """Flask-SQLAlchemy-Lite without its asynchronous half.

    After each request that half would be closed in an event loop of its own, made anew: a millisecond or two, and an
    error whenever another greenlet of the thread is in one.
    """

    def init_app(self, app: App) -> None:
        super().init_app(app)
        app.teardown_appcontext_funcs[:] = [f for f in app.teardown_appcontext_funcs if not inspect.iscoroutinefunction(f)]


# What a request has written it still knows after the commit. Whoever needs what others wrote since says so
# (`populate_existing`), or asks after a rollback.
db = Database(session_options={"expire_on_commit": False})


def is_sqlite() -> bool:
    """Whether the current application's database is SQLite."""
    return db.engine.dialect.name == "sqlite"


def prepare_engine(engine: Engine) -> None:
    """Set up what the engine's database needs."""
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    else:
        _prepare_postgresql(engine)


def _prepare_postgresql(engine: Engine) -> None:
    """Take no connection that the server has ended.

    To ask it each time, as SQLAlchemy's `pool_pre_ping` does, costs a round trip. A server says goodbye when it ends a
    connection, and that can be seen here at once; only one that was quiet for long may have been forgotten on the way.
    """

    @event.listens_for(engine, "checkin")
    def _used(connection: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _still_there(connection: Any, record: Any, fairy: Any) -> None:
        used = record.info.get("used")
        if used is None:
            return  # made just now
        if connection.closed or _has_come(connection.fileno()):
            raise InvalidatePoolError  # the others of its time are no better
        if time.monotonic() - used > QUIET_FOR:
            _ask(engine, connection)


def _has_come(descriptor: int) -> bool:
    """Whether something can be read there now.

    By the system's own poll: `select` knows no file beyond the 1,024th, and open streams are files, too. Gevent's would let
    other greenlets run, for nothing.
    """
    patched = sys.modules.get("gevent.monkey")
    poll = patched.get_original("select", "poll")() if patched else select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def _ask(engine: Engine, connection: Any) -> None:
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


def _prepare_sqlite(engine: Engine) -> None:
    """WAL, foreign keys, real transactions that lock for writing at once.

    A transaction that reads first and writes later fails at once under WAL when another process wrote in
    between; `BEGIN IMMEDIATE` makes it wait for its turn instead. Readers ask for `read_only` and never wait.
    """

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")
        record.info["synchronous"] = "FULL"

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        options, driver = connection.get_execution_options(), connection.connection.driver_connection
        statement = "BEGIN" if options.get("read_only") else "BEGIN IMMEDIATE"
        synchronous = "NORMAL" if options.get("repeatable") else "FULL"
        try:  # straight to the driver: SQLAlchemy's own way costs more than the statement
            if connection.info["synchronous"] != synchronous:
                driver.execute(f"PRAGMA synchronous={synchronous}")
                connection.info["synchronous"] = synchronous
            driver.execute(statement)
        except sqlite3.OperationalError as error:
            raise OperationalError(statement, None, error) from error


def end_transaction(response: Response) -> Response:
    """After a view: let go of what it has read or locked, before anybody else is asked anything (Redis for the limits)."""
    db.session.rollback()
    return response


def read_only() -> None:
    """Declare that the transaction about to begin only reads."""
    db.session.connection(execution_options={"read_only": True})


def repeatable() -> None:
    """Declare that the transaction about to begin would simply be made again, should the machine lose power now.

    SQLite then does not wait for the disk at its commit. The next commit that does takes it along, so nothing that
    was done because of it (a mail that was sent, say) can outlive it. A process that dies loses nothing either way.
    """
    db.session.connection(execution_options={"repeatable": True})


def after_commit(action: Callable[[], None]) -> None:
    """Run `action` once the current transaction is committed; never, if it is rolled back.

    The end of a savepoint is neither: its actions wait for the whole transaction.
    """
    db.session.info.setdefault("after_commit", []).append(action)


@event.listens_for(Session, "after_commit")
def _committed(session: Session) -> None:
    if session.in_nested_transaction():
        return
    for action in session.info.pop("after_commit", ()):
        action()


@event.listens_for(Session, "after_rollback")
def _rolled_back(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop("after_commit", None)
