"""The schema: built from nothing step by step, the same on both databases, and quick to build again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from apiflask import APIFlask
from sqlalchemy import inspect, text

from api.cli import migrate
from api.config import ConfigError
from api.db import Base, db
from api.migrations.run import _config, drift, standing, upgrade, wait_for_schema
from tests.api.conftest import BACKENDS, _close, build


@pytest.fixture(params=BACKENDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[APIFlask]:
    """The gateway on a database in which there is nothing at all."""
    if request.param == "sqlite":
        app = build(tmp_path, f"sqlite:///{tmp_path / 'empty.db'}")
    else:
        server = request.getfixturevalue("postgresql_database")._server
        server.create("nothing")
        app = build(tmp_path, server.url("nothing"))
    with app.app_context():
        yield app
        db.session.rollback()
    _close(app)
    if request.param != "sqlite":
        server.drop("nothing")


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names())


def test_an_empty_database_becomes_whole_and_stays_so(empty: APIFlask) -> None:
    assert tables() == set()
    upgrade()
    assert set(Base.metadata.tables) <= tables()
    assert drift() == []
    upgrade()
    assert drift() == []


def test_new_code_waits_for_the_schema_and_old_code_serves_on_a_newer_one(empty: APIFlask) -> None:
    steps = [s.revision for s in ScriptDirectory.from_config(_config()).walk_revisions()]
    assert standing() == "older"
    with pytest.raises(ConfigError, match="desk migrate"):
        wait_for_schema(0)
    upgrade(steps[1])
    assert standing() == "older"
    upgrade()
    assert standing() == "same"
    wait_for_schema(0)
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'of_next_year'"))
    assert standing() == "newer"
    wait_for_schema(0)
    said = empty.test_cli_runner().invoke(migrate, [])
    assert said.exit_code == 0, said.output
    assert "newer" in said.output


def test_a_model_that_no_migration_knows_is_noticed(empty: APIFlask) -> None:
    upgrade()
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE job_alerts"))
    assert any("job_alerts" in difference for difference in drift())


def test_each_step_can_be_taken_alone_and_keeps_what_is_there(empty: APIFlask) -> None:
    """As when a running desk is brought up to date, with rows in it."""
    steps = [s.revision for s in reversed(list(ScriptDirectory.from_config(_config()).walk_revisions()))]
    upgrade(steps[0])
    with db.engine.begin() as connection:
        connection.execute(text("INSERT INTO answers (key, language, text, as_of) VALUES ('values', 'sv', 'Lugn', '2026-01-01 00:00:00+00:00')"))
    for step in steps[1:]:
        upgrade(step)
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT text FROM answers")).scalars().all() == ["Lugn"]
    assert drift() == []


def test_there_is_one_line_of_migrations() -> None:
    assert len(ScriptDirectory.from_config(_config()).get_heads()) == 1
