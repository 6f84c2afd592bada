"""Fixtures of the gateway's tests. Every test that asks for `app` runs on SQLite and on PostgreSQL.

The schema is migrated once a session on each database; each test gets its own copy.
"""

from __future__ import annotations

import gc
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine, Pool

from api.app import create_app
from api.config import load_settings
from api.db import db
from api.migrations.run import upgrade
from tests import postgres
from tests.api import shared
from tests.api.assistant import FakeAssistant

SECRET = "a-secret-that-only-the-tests-share-0123456789"
BACKENDS = ["sqlite", *(["postgresql"] if postgres.binaries() else [])]
_numbers = itertools.count(1)
shared.remember_routes()
shared.hash_quickly()


def pytest_report_header() -> str:
    if "postgresql" in BACKENDS:
        return "databases: SQLite and PostgreSQL"
    return "databases: SQLite only; PostgreSQL's server programs are not installed (Debian: apt install postgresql)"


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("CI", "").lower() in ("1", "true") and "postgresql" not in BACKENDS:
        raise pytest.UsageError("PostgreSQL's server programs are missing, and under CI both databases must be tested")


def pytest_collection_finish() -> None:
    """What is imported by now stays: looking through it again and again for garbage is in vain."""
    gc.collect()
    gc.freeze()


class Database(Protocol):
    """One kind of database: gives each test a migrated, empty one."""

    def fresh(self) -> str: ...
    def join(self, engine: Engine) -> None: ...
    def leave(self, engine: Engine) -> None: ...
    def done(self, url: str) -> None: ...


class Sqlite:
    def __init__(self, template: Path, folder: Path) -> None:
        self._template, self._folder = template, folder
        self._statements = shared.Statements()

    def fresh(self) -> str:
        path = self._folder / f"{next(_numbers)}.db"
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"

    def join(self, engine: Engine) -> None:
        self._statements.join(engine)

    def leave(self, engine: Engine) -> None:
        engine.dispose()

    def done(self, url: str) -> None:
        for left in self._folder.glob(f"{Path(url).name}*"):
            left.unlink(missing_ok=True)


class Postgres:
    """Databases are emptied and used again, and so are the connections to them: that is much faster than making new ones."""

    def __init__(self, server: postgres.Server, template: str) -> None:
        self._server, self._template = server, template
        self._statements = shared.Statements()
        self._pools: dict[str, Pool] = {}
        self._idle: list[str] = []

    def fresh(self) -> str:
        if self._idle:
            return self._server.url(self._idle.pop())
        name = f"test_{next(_numbers)}"
        self._server.create(name, self._template)
        return self._server.url(name)

    def join(self, engine: Engine) -> None:
        self._statements.join(engine)
        engine.pool = self._pools.setdefault(str(engine.url.database), engine.pool)

    def leave(self, engine: Engine) -> None:
        """Its connections wait for the next test; those that are still in use are given up."""
        name = str(engine.url.database)
        if name in self._pools and self._pools[name].checkedout():
            self._pools.pop(name).dispose()

    def done(self, url: str) -> None:
        name = url.rsplit("/", 1)[1]
        self._server.empty(name)
        self._idle.append(name)


def build(var: Path, database_url: str, **settings: Any) -> APIFlask:
    chosen = {"env": "demo", "var": var, "database_url": database_url, "rate_limit": "off", "log_level": "ERROR"}
    chosen |= {"secret_key": SECRET, "assistant_secret": SECRET, "redis_url": "", "public_url": "http://desk.test"}
    return create_app(load_settings(**(chosen | settings)))


def _close(app: APIFlask) -> None:
    with app.app_context():
        db.engine.dispose()


def _migrate(folder: Path, url: str) -> Engine:
    """Make the schema; the engine, which has been connected and is no more."""
    with build(folder, url).app_context():
        upgrade()
        db.engine.dispose()
        return db.engine


@pytest.fixture(scope="session")
def sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sqlite]:
    folder = tmp_path_factory.mktemp("template")
    template = folder / "template.db"
    engine = _migrate(folder, f"sqlite:///{template}")
    with shared.folder_in_memory(folder) as quick:
        database = Sqlite(template, quick)
        database.join(engine)
        yield database


@pytest.fixture(scope="session")
def postgresql_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with postgres.server() as server:
        server.create("template")
        engine = _migrate(tmp_path_factory.mktemp("postgres"), server.url("template"))
        database = Postgres(server, "template")
        database.join(engine)
        yield database


@pytest.fixture(params=BACKENDS)
def database(request: pytest.FixtureRequest) -> Database:
    """Each kind of database in turn."""
    found: Database = request.getfixturevalue(f"{request.param}_database")
    return found


MakeApp = Callable[..., APIFlask]


@pytest.fixture
def make_app(database: Database, tmp_path: Path) -> Iterator[MakeApp]:
    """Builds the gateway on this test's own database; takes settings by name. Twice gives two on the same database."""
    url = database.fresh()
    engines: list[Engine] = []

    def make(**settings: Any) -> APIFlask:
        app = build(tmp_path, url, **settings)
        app.testing = True
        with app.app_context():
            database.join(db.engine)
            engines.append(db.engine)
        return app

    yield make
    for engine in engines:
        database.leave(engine)
    database.done(url)


@pytest.fixture
def app(make_app: MakeApp, fake_assistant: FakeAssistant) -> APIFlask:
    """The gateway, with the demo's company, an empty database and a `fake_assistant` to talk to."""
    return make_app(assistant_url=fake_assistant.url)


@pytest.fixture
def client(app: APIFlask) -> FlaskClient:
    """A browser, or another program, that calls the gateway."""
    return app.test_client()


@pytest.fixture
def context(app: APIFlask) -> Iterator[APIFlask]:
    """The application's context, for tests that call services; rolled back at the end."""
    with app.app_context():
        yield app
        db.session.rollback()


@pytest.fixture
def fake_assistant() -> Iterator[FakeAssistant]:
    """An assistant that says what the test wants: see `FakeAssistant`."""
    fake = FakeAssistant()
    yield fake
    fake.close()
