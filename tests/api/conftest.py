"""Fixtures of the gateway's tests. Every test that asks for `app` runs on SQLite and on PostgreSQL.

The schema is migrated once a session on each database; each test gets its own copy.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from api.app import create_app
from api.config import load_settings
from api.db import db
from api.migrations.run import upgrade
from tests import postgres
from tests.api.assistant import FakeAssistant

SECRET = "a-secret-that-only-the-tests-share-0123456789"
BACKENDS = ["sqlite", *(["postgresql"] if postgres.binaries() else [])]
_numbers = itertools.count(1)


def pytest_report_header() -> str:
    if "postgresql" in BACKENDS:
        return "databases: SQLite and PostgreSQL"
    return "databases: SQLite only; PostgreSQL's server programs are not installed (Debian: apt install postgresql)"


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("CI", "").lower() in ("1", "true") and "postgresql" not in BACKENDS:
        raise pytest.UsageError("PostgreSQL's server programs are missing, and under CI both databases must be tested")


class Database(Protocol):
    """One kind of database: gives each test a migrated, empty one."""

    def fresh(self, folder: Path) -> str: ...
    def done(self, url: str) -> None: ...


class Sqlite:
    def __init__(self, template: Path) -> None:
        self._template = template

    def fresh(self, folder: Path) -> str:
        path = folder / "desk.db"
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"

    def done(self, url: str) -> None:
        """The file goes with the test's folder."""


class Postgres:
    """Databases are emptied and used again: that is much faster than making one for each test."""

    def __init__(self, server: postgres.Server, template: str) -> None:
        self._server, self._template = server, template
        self._idle: list[str] = []

    def fresh(self, folder: Path) -> str:
        if self._idle:
            return self._server.url(self._idle.pop())
        name = f"test_{next(_numbers)}"
        self._server.create(name, self._template)
        return self._server.url(name)

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


def _migrate(folder: Path, url: str) -> None:
    app = build(folder, url)
    with app.app_context():
        upgrade()
    _close(app)


@pytest.fixture(scope="session")
def sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    folder = tmp_path_factory.mktemp("template")
    template = folder / "template.db"
    _migrate(folder, f"sqlite:///{template}")
    return Sqlite(template)


@pytest.fixture(scope="session")
def postgresql_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with postgres.server() as server:
        server.create("template")
        _migrate(tmp_path_factory.mktemp("postgres"), server.url("template"))
        yield Postgres(server, "template")


@pytest.fixture(params=BACKENDS)
def database(request: pytest.FixtureRequest) -> Database:
    """Each kind of database in turn."""
    found: Database = request.getfixturevalue(f"{request.param}_database")
    return found


MakeApp = Callable[..., APIFlask]


@pytest.fixture
def make_app(database: Database, tmp_path: Path) -> Iterator[MakeApp]:
    """Builds the gateway on this test's own database; takes settings by name. Twice gives two on the same database."""
    url = database.fresh(tmp_path)
    apps: list[APIFlask] = []

    def make(**settings: Any) -> APIFlask:
        app = build(tmp_path, url, **settings)
        app.testing = True
        apps.append(app)
        return app

    yield make
    for app in apps:
        _close(app)
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
