"""Running migrations, and asking whether the models have drifted from them."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import text

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
