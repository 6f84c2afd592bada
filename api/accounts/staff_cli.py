"""`desk staff`: the first admin comes from here, and whoever is to be let in without a mail."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.table import Table

from api.accounts import invitations, passwords
from api.accounts import staff as service
from api.audit.service import SYSTEM
from api.config import LANGUAGES
from api.db import db, read_only
from api.errors import DomainError


@click.group(cls=AppGroup)
def staff() -> None:
    """Who signs in to the recruiters' desk."""


@staff.command()
@click.argument("email")
@click.argument("name")
@click.option("--access", type=click.Choice(service.ACCESS), default="recruiter", show_default=True)
@click.option("--office", default="", help="Key of an office in the company file.")
@click.option("--team", default="")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option("--password", "ask", is_flag=True, help="Ask for a password here, instead of mailing an invitation.")
def add(email: str, name: str, access: str, office: str, team: str, language: str, ask: bool) -> None:
    """Let NAME in, who reads mail at EMAIL: by an invitation, which is mailed and printed."""
    fields = {"access": access, "office": office, "team": team, "language": language}
    try:
        if ask:
            service.add(SYSTEM, email, name, passwords.hashed(_asked(), email, name), **fields)
            said = f"Added: {name}"
        else:
            said = invitations.invite(None, email, name, **fields)[1]
    except DomainError as error:
        raise click.ClickException(str(error.sentence)) from None
    db.session.commit()
    click.echo(said)
    if not ask:
        click.echo("This invitation is on its way by mail, too. It works once, for 7 days.", err=True)


@staff.command("list")
def list_() -> None:
    """All staff."""
    read_only()
    table = Table("mail", "name", "access", "office", "team", "last seen", "signs in by")
    for person in service.everybody():
        seen = f"{person.seen_at:%Y-%m-%d %H:%M} UTC" if person.seen_at else "–"
        ways = [word for word, has in (("password", person.password_hash), ("oidc", person.oidc_subject)) if has]
        table.add_row(person.email, person.name, person.access, person.office, person.team, seen, " ".join(ways) if person.active else "deactivated")
    Console().print(table)


@staff.command()
@click.argument("email")
def password(email: str) -> None:
    """Set the password of whoever has EMAIL; ends their sessions and lifts a lock."""
    person = service.with_email(email)
    db.session.commit()
    if person is None:
        raise click.ClickException(f"Nobody has the address {email}: see `desk staff list`.")
    try:
        password_hash = passwords.hashed(_asked(), person.email, person.name)
    except DomainError as error:
        raise click.ClickException(str(error.sentence)) from None
    service.set_password(SYSTEM, person.id, password_hash)
    db.session.commit()
    click.echo(f"Set: {person.name}")


def _asked() -> str:
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return answer
