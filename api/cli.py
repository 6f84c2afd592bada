"""The command line: `desk …`. Commands that concern one feature live in that feature's `cli.py`."""

from __future__ import annotations

import importlib
import sys

import click
from flask import Flask
from flask.cli import FlaskGroup

from api.config import ConfigError, as_table

FEATURES = ("feeds", "accounts", "demo", "launch", "backup", "examples")


def _create_app() -> Flask:
    from api.app import create_app

    return create_app()


@click.group(cls=FlaskGroup, create_app=_create_app, add_default_commands=False, add_version_option=False)
def desk() -> None:
    """Applicant Desk: run it, load data, look after it."""


@desk.command(with_appcontext=False)
def config() -> None:
    """Print every setting as a table."""
    click.echo(as_table())


@desk.command()
@click.option("--wait", type=click.IntRange(min=1), metavar="SECONDS", help="Migrate nothing; wait until another has.")
def migrate(wait: int | None) -> None:
    """Bring the database to the newest schema. One that is newer than this program stays as it is."""
    from api.migrations.run import standing, upgrade, wait_for_schema

    if wait:
        wait_for_schema(wait)
    elif standing() == "newer":
        click.echo("The database is of a newer version, and serves this one, too: nothing to do.")
    else:
        upgrade()


@desk.command("openapi")
def openapi() -> None:
    """Print the API's OpenAPI document."""
    from flask import current_app, json

    click.echo(json.dumps(current_app.spec, indent=2))  # type: ignore[attr-defined]


@desk.command()
def worker() -> None:
    """Run the background work: retries, mail, sweeps."""
    from api.worker import run

    run()


def _add_features() -> None:
    for name in FEATURES:
        module = importlib.import_module(f"api.{name}.cli")
        for command in module.commands:
            desk.add_command(command)


def main() -> None:
    """Entry point of `desk`: configuration errors are sentences, not traces."""
    try:
        _add_features()
        desk.main(standalone_mode=True)
    except ConfigError as error:
        click.echo(f"Configuration: {error}", err=True)
        sys.exit(2)
