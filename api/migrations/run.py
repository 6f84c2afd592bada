"""Running migrations, and asking whether the models have drifted from them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from api.config import ConfigError
from api.db import Base, db

HERE = Path(__file__).parent
LOCK = 7_310_226  # any number, the same in every process


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    return config


def upgrade(to: str = "head") -> None:
    """Migrate up to `to`. On PostgreSQL a second process waits for the first; on SQLite the file's lock does that."""
    config = _config()
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_lock(:n)"), {"n": LOCK})
            connection.commit()
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        connection.commit()
        if db.engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": LOCK})
            connection.commit()


def standing() -> Literal["older", "same", "newer"]:
    """The database's schema beside this program's. A newer one serves older programs, too: what they need goes last."""
    script = ScriptDirectory.from_config(_config())
    with db.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == script.get_current_head():
        return "same"
    known = {found.revision for found in script.walk_revisions()}
    return "older" if current is None or current in known else "newer"


def wait_for_schema(seconds: float) -> None:
    """Return once the schema is as new as this program, or newer. Raises `ConfigError` if it is not in time."""
    until = time.monotonic() + seconds
    while not _serves():
        if time.monotonic() > until:
            raise ConfigError(f"The database has not been brought up to date for {seconds:g} s: run `desk migrate`.")
        time.sleep(1)


def _serves() -> bool:
    try:
        return standing() != "older"
    except OperationalError:  # not there yet
        return False


def revision(message: str) -> None:
    """Write the next migration from the difference between models and database."""
    command.revision(_config(), message=message, autogenerate=True)


def is_modelled(name: str | None, kind: str, parents: object) -> bool:
    """Whether models should know it: the indexes of full-text search are each database's own."""
    return kind not in ("table", "index") or not (name or "").startswith("search_")


def drift() -> list[str]:
    """What the models have that the migrated database has not, or the other way round: nothing, if all is well."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True, "include_name": is_modelled})
        return [str(difference) for difference in compare_metadata(context, Base.metadata)]
