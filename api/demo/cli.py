from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from api.db import db
from api.demo import load as demo_data


@click.group(cls=AppGroup)
def demo() -> None:
    """The demo company's data."""


@demo.command()
@click.option("--again", is_flag=True, help="Load even if there are roles; the demo's applications start over with today's dates.")
def load(again: bool) -> None:
    """Load the demo company into an empty database."""
    if current_app.config["SETTINGS"].env != "demo":
        raise click.ClickException("This is no demo: invented people and jobs are not loaded beside real ones.")
    if again:
        demo_data.clear_applications()
        demo_data.load()
    elif not demo_data.load_if_empty():
        click.echo("There are roles already, or the company is not the demo's; nothing was loaded. `desk demo load --again` refreshes the demo.")
        return
    db.session.rollback()
    click.echo("The demo company is loaded.")


commands: list[click.Command] = [demo]
