"""`desk nlu …`: what the studio holds, to files and back."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from api.db import db, read_only
from api.errors import DomainError
from api.examples import exchange


@click.group()
def nlu() -> None:
    """What the studio teaches the assistant: to YAML files, and back."""


@nlu.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path("studio"))
@with_appcontext
def export(folder: Path) -> None:
    """Write all that the studio holds into FOLDER (default: ./studio), sorted, so that a diff shows what is new.

    Messages of candidates that were labelled stand there too, masked; keep the files as private as the database.
    """
    read_only()
    files = exchange.gathered()
    db.session.rollback()
    for name in exchange.write(folder, files):
        click.echo(folder / name)
    if not files:
        click.echo("The studio holds nothing yet.")


@nlu.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@with_appcontext
def import_(folder: Path) -> None:
    """Take in the files of an export: all of them, or none if one is wrong. What they don't name stays as it is."""
    try:
        counts = exchange.take_in(exchange.read(folder))
    except DomainError as error:
        db.session.rollback()
        raise click.ClickException(str(error.sentence)) from None
    db.session.commit()
    click.echo(", ".join(f"{many} {kind}" for kind, many in counts.items()))


commands: list[click.Command] = [nlu]
