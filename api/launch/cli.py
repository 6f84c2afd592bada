"""`desk up`: set up the data, train if needed, start everything; `desk down`: stop it."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from api.config import ROOT, Settings, demo_password
from api.launch.checks import check
from api.launch.processes import processes

# A process that dies is started again a second later; honcho itself would stop all the others.
DEMO_STAFF = ("ebba.sandstrom@lumivik.example (recruiter)", "sara.nyberg@lumivik.example (admin)")
AGAIN = "while :; do {command}; echo 'stopped, starting again'; sleep 1; done"


@click.command()
@with_appcontext
def up() -> None:
    """Set up, train if data or configuration changed, and start everything."""
    settings: Settings = current_app.config["SETTINGS"]
    check(settings)
    _prepare(settings)
    _train(settings)
    _say_where(settings)
    sys.exit(_supervise(settings))


@click.command()
@with_appcontext
def prepare() -> None:
    """Bring the database up to date and, in the demo, load the demo company into an empty one."""
    _prepare(current_app.config["SETTINGS"])


@click.command()
@with_appcontext
def down() -> None:
    """Stop what `desk up` started."""
    pid_file: Path = current_app.config["SETTINGS"].var / "desk.pid"
    try:
        pid = int(pid_file.read_text())
        os.kill(pid, signal.SIGTERM)
    except (OSError, ValueError):
        click.echo("Nothing is running.")
        return
    for _ in range(300):
        if not pid_file.exists():
            break
        time.sleep(0.1)
    click.echo("Stopped.")


@click.command()
@click.option("--force", is_flag=True, help="Train even if nothing changed.")
@with_appcontext
def train(force: bool) -> None:
    """Train the NLU model if the repository's data or configuration changed, with what the studio holds."""
    _train(current_app.config["SETTINGS"], force)


@click.command()
@with_appcontext
def assistant() -> None:
    """Run the assistant, and replace it without a gap when another NLU model is put live."""
    from api.launch import keeper

    keeper.run(current_app._get_current_object())  # type: ignore[attr-defined]


commands: list[click.Command] = [up, prepare, down, train, assistant]


def _prepare(settings: Settings) -> None:
    from api.migrations.run import upgrade

    click.echo("Database …")
    upgrade()
    if settings.env == "demo":
        from api.demo.load import load_if_empty

        load_if_empty()


def _train(settings: Settings, force: bool = False) -> None:
    from api.launch.training import train

    train(settings, force)


def _say_where(settings: Settings) -> None:
    click.echo(f"\n  Careers site   {settings.site}/")
    click.echo(f"  Desk           {settings.site}/desk/")
    click.echo(f"  Studio         {settings.site}/studio/")
    if settings.env == "demo":
        click.echo(f"                 sign in as {' or '.join(DEMO_STAFF)}, password {demo_password(settings)}")
        click.echo(f"  Mailbox        {settings.site}/demo/mailbox   (mail of the demo stays here)")
    click.echo(f"  API            {settings.site}/api/openapi.json")
    click.echo("\n  Ctrl-C stops everything. The assistant needs about half a minute to wake up; messages wait for it.\n")


def _supervise(settings: Settings) -> int:
    from honcho.manager import Manager

    pid_file = settings.var / "desk.pid"
    pid_file.write_text(str(os.getpid()))
    manager = Manager()
    for process in processes(settings):
        command = process.shell if process.name == "gateway" else AGAIN.format(command=process.shell)
        manager.add_process(process.name, command, env=process.environment, cwd=str(ROOT))
    try:
        manager.loop()
    finally:
        pid_file.unlink(missing_ok=True)
    return int(manager.returncode or 0)
