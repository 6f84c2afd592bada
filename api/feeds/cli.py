from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.audit.service import SYSTEM
from api.feeds.importer import Line, bring_in


@click.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Try everything and keep nothing.")
@with_appcontext
def import_(path: Path, dry_run: bool) -> None:
    """Import roles and applications from a file, or from all files of a folder.

    JSON (an object or a list, as an ATS sends them), schema.org JobPosting (JSON, or JSON-LD in web pages) and
    CSV; docs/import.md describes them. Each object is imported or refused by itself, with the reason; if any was
    refused, the exit code is 1.
    """
    lines = list(bring_in(path, SYSTEM, dry_run))
    console = Console()
    console.print(_table(lines))
    refused = sum(not line.imported for line in lines)
    verb = "would be imported" if dry_run else "imported"
    console.print(f"{len(lines) - refused} {verb}, {refused} refused.")
    sys.exit(1 if refused else 0)


def _table(lines: list[Line]) -> Table:
    table = Table("file", "where", "ref", "", "reason")
    for line in lines:
        style = "" if line.imported else "bold red"
        before, after = (line.file, line.place, line.ref), line.reason
        table.add_row(*(Text(_printable(cell)) for cell in before), Text(line.outcome, style), Text(_printable(after)))
    return table


def _printable(said: str) -> str:
    """Without characters that steer a terminal or have no form on it."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in said)


commands: list[click.Command] = [import_]
