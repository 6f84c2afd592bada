"""Alembic's environment: runs inside the application's context, on its engine."""

from __future__ import annotations

from alembic import context
from sqlalchemy import JSON

from api.db import Base, Moment, db
from api.migrations.run import is_modelled


def run() -> None:
    """Run the migrations that the caller asked for, in one transaction, alone."""
    connection = context.config.attributes.get("connection")
    if connection is None:
        with db.engine.connect() as own:
            _run_on(own)
    else:
        _run_on(connection)


def _render(kind: str, item: object, context: object) -> str | bool:
    """Migrations name SQLAlchemy's own types, so that they outlive ours."""
    if isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, JSON):
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False


def _run_on(connection: object) -> None:
    compared = {"compare_type": True, "include_name": is_modelled}
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, render_item=_render, **compared)  # type: ignore[arg-type]
    with context.begin_transaction():
        context.run_migrations()


run()
