"""Connections to PostgreSQL: one that has been ended is not used again, one that is there is not asked each time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from apiflask import APIFlask
from sqlalchemy import Engine, text

from api.db import _has_come, db
from tests.api.conftest import Postgres, build


@pytest.fixture
def engine(postgresql_database: Postgres, tmp_path: Path) -> Iterator[Engine]:
    url = postgresql_database.fresh()
    app: APIFlask = build(tmp_path, url)
    with app.app_context():
        yield db.engine
        db.engine.dispose()
    postgresql_database.done(url)


def backend(engine: Engine) -> int:
    """The server's process at the other end of the connection that is taken next."""
    with engine.connect() as connection:
        return int(connection.scalar(text("SELECT pg_backend_pid()")) or 0)


def end(engine: Engine, pid: int) -> None:
    with psycopg.connect(engine.url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True) as other:
        assert other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid]).fetchone() == (True,)


def test_a_connection_is_used_again(engine: Engine) -> None:
    assert backend(engine) == backend(engine)


def test_one_that_the_server_has_ended_is_not_used(engine: Engine) -> None:
    first = backend(engine)
    end(engine, first)
    assert backend(engine) not in (0, first)


def test_with_one_all_of_its_time_are_given_up(engine: Engine) -> None:
    with engine.connect() as one, engine.connect() as other:
        pids = [int(c.scalar(text("SELECT pg_backend_pid()")) or 0) for c in (one, other)]
    for pid in pids:
        end(engine, pid)
    with engine.connect() as one, engine.connect() as other:
        found = [int(c.scalar(text("SELECT pg_backend_pid()")) or 0) for c in (one, other)]
    assert len({*pids, *found}) == 4


def test_it_is_seen_beyond_the_1024th_file_too(engine: Engine) -> None:
    """Open streams are files, and `select` knows no more of them."""
    first = backend(engine)
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        low = driver.fileno()
        high = os.dup2(low, 1500)
        assert not _has_come(high)
        end(engine, first)
        assert _has_come(high) and _has_come(low)
        os.close(high)


@pytest.mark.parametrize(("quiet_for", "asked"), [(5.0, 0), (-1.0, 1)], ids=["just used", "quiet for long"])
def test_only_one_that_was_quiet_is_asked(engine: Engine, monkeypatch: pytest.MonkeyPatch, quiet_for: float, asked: int) -> None:
    backend(engine)
    monkeypatch.setattr("api.db.QUIET_FOR", quiet_for)
    pings: list[Any] = []
    monkeypatch.setattr(engine.dialect, "do_ping", pings.append)
    assert backend(engine) > 0 and len(pings) == asked


def test_one_that_does_not_answer_is_replaced(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    first = backend(engine)
    monkeypatch.setattr("api.db.QUIET_FOR", -1.0)

    def silent(connection: Any) -> None:
        raise psycopg.OperationalError("no answer")

    monkeypatch.setattr(engine.dialect, "do_ping", silent)
    assert backend(engine) not in (0, first)
