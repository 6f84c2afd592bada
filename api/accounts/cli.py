from __future__ import annotations

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.table import Table

from api.accounts import service
from api.accounts.staff_cli import staff
from api.audit.service import SYSTEM
from api.db import db, read_only
from api.errors import NotFound


@click.group(cls=AppGroup)
def keys() -> None:
    """Keys with which an ATS sends roles and applications."""


@keys.command()
@click.argument("name")
def add(name: str) -> None:
    """Make a key called NAME and print it, once."""
    if not name.strip() or len(name) > 100:
        raise click.BadParameter("give a name of 1 to 100 characters")
    _, secret = service.add_key(name, SYSTEM)
    db.session.commit()
    click.echo(secret)
    click.echo("Keep it now: only its hash is stored, and it is not shown again.", err=True)


@keys.command("list")
def list_() -> None:
    """All keys, without their secrets."""
    read_only()
    table = Table("begins with", "name", "made", "last used", "ended")
    for key in service.all_keys():
        times = (key.created_at, key.last_used_at, key.revoked_at)
        table.add_row(key.prefix, key.name, *(f"{t:%Y-%m-%d %H:%M} UTC" if t else "–" for t in times))
    Console().print(table)


@keys.command()
@click.argument("prefix")
def end(prefix: str) -> None:
    """End the key that begins with PREFIX; it opens nothing from now on."""
    try:
        key = service.end_key(prefix, SYSTEM)
    except NotFound:
        raise click.ClickException(f"No key in force, or more than one, begins with {prefix}: see `desk keys list`.") from None
    db.session.commit()
    click.echo(f"Ended: {key.name}")


commands: list[click.Command] = [keys, staff]
