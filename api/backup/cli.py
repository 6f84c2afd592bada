"""`desk backup`, `desk restore`, `desk move`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from api import clock
from api.backup import service
from api.config import load_settings


def _say(table: str, rows: int) -> None:
    click.echo(f"  {table}: {rows}")


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def backup(file: Path | None) -> None:
    """Write everything the desk keeps to FILE (default: var/backups/, named by the time), while it runs."""
    target = file or current_app.config["SETTINGS"].var / "backups" / f"desk-{clock.now():%Y%m%d-%H%M%S}.tar.gz"
    rows = _or_say_why(lambda: service.backup(target, _say))
    click.echo(f"{sum(rows.values())} rows of {len(rows)} tables are in {target}. It holds personal data; secrets are not in it.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def restore(file: Path) -> None:
    """Bring FILE back, into an empty database."""
    rows = _or_say_why(lambda: service.restore(file, _say))
    click.echo(f"{sum(rows.values())} rows of {len(rows)} tables are back, as many as were written.")


@click.command()
@click.argument("database_url")
@with_appcontext
def move(database_url: str) -> None:
    """Copy the database into the empty one at DATABASE_URL, say from SQLite to PostgreSQL; counted and compared."""
    load_settings(database_url=database_url)  # a wrong address is one clear sentence
    rows = _or_say_why(lambda: service.move(database_url, _say))
    click.echo(f"{sum(rows.values())} rows of {len(rows)} tables are there, as many as here. Set DESK_DATABASE_URL to it and start the desk again.")


def _or_say_why[T](act: Callable[[], T]) -> T:
    try:
        return act()
    except service.BackupFailed as error:
        raise click.ClickException(str(error)) from None


commands: list[click.Command] = [backup, restore, move]
