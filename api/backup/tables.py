"""Tables out of a database as JSON lines, and into another one, of whichever kind.

Tables are read as they stand in the database, not as the models have them, so that a backup of an older version can
be brought back by a newer program: into a database of that older version, which is then migrated.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import batched
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Connection, Date, DateTime, LargeBinary, MetaData, Numeric, Table, func, insert, select, text, update

from api.migrations.run import is_modelled

BATCH = 500
VERSION = "alembic_version"
Say = Callable[[str, int], None]


def tables_of(connection: Connection) -> list[Table]:
    """The desk's tables as they are in this database, those that others refer to first."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name != VERSION and is_modelled(name, "table", None))
    return found.sorted_tables


def begin_reading(connection: Connection, alone: bool = False) -> None:
    """See everything as it is now, whatever others write meanwhile. Call it before anything else is read.

    `alone`: on SQLite, writers wait until this transaction ends.
    """
    if connection.dialect.name == "postgresql":
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    else:
        connection.execution_options(read_only=not alone)


def write(connection: Connection, folder: Path, say: Say) -> dict[str, int]:
    """One file `<table>.jsonl` a table: its columns in the first line, then a row a line. Gives the numbers of rows."""
    counts = {}
    for table in tables_of(connection):
        with (folder / f"{table.name}.jsonl").open("w", encoding="utf-8") as file:
            file.write(json.dumps([column.name for column in table.columns]) + "\n")
            rows = connection.execution_options(yield_per=BATCH).execute(select(table))
            number = 0
            for number, row in enumerate(rows, 1):  # noqa: B007  how many there were is wanted afterwards
                file.write(json.dumps([_plain(value) for value in row], ensure_ascii=False) + "\n")
        counts[table.name] = number
        say(table.name, number)
    return counts


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def read(connection: Connection, folder: Path, say: Say) -> None:
    """Put the files of `write` into this database, whose tables are empty and of the same version."""
    for table in tables_of(connection):
        file = folder / f"{table.name}.jsonl"
        number = _fill(connection, table, file) if file.exists() else 0
        say(table.name, number)


def _fill(connection: Connection, table: Table, file: Path) -> int:
    later = _own_references(table)
    number = 0
    for rows in batched(_rows(table, file, connection.dialect.name), BATCH):
        connection.execute(insert(table), [row | dict.fromkeys(later) for row in rows])
        number += len(rows)
    for column in later:  # a row may refer to one of its own table that comes after it
        for row in _rows(table, file, connection.dialect.name):
            if row[column] is not None:
                same = [key == row[key.name] for key in table.primary_key.columns]
                connection.execute(update(table).where(*same).values({column: row[column]}))
    return number


def _own_references(table: Table) -> list[str]:
    return [column.name for column in table.columns if any(key.column.table is table for key in column.foreign_keys)]


def _rows(table: Table, file: Path, dialect: str) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        names = json.loads(next(lines))
        readers = [_reader(table, name, dialect) for name in names]
        for line in lines:
            yield {name: value if value is None else reader(value) for name, reader, value in zip(names, readers, json.loads(line), strict=True)}


def _reader(table: Table, name: str, dialect: str) -> Callable[[Any], Any]:
    """What makes a value of JSON one that the column takes."""
    kind = table.columns[name].type
    if isinstance(kind, JSON):
        kind.none_as_null = True
    if isinstance(kind, DateTime):
        return datetime.fromisoformat if dialect == "postgresql" else _without_zone
    if isinstance(kind, Date):
        return date.fromisoformat
    if isinstance(kind, Numeric) and kind.asdecimal:
        return Decimal
    return base64.b64decode if isinstance(kind, LargeBinary) else _same


def _without_zone(value: str) -> datetime:
    return datetime.fromisoformat(value).replace(tzinfo=None)


def _same(value: Any) -> Any:
    return value


def counts(connection: Connection) -> dict[str, int]:
    """Rows by table."""
    return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables_of(connection)}


def version(connection: Connection) -> str | None:
    """The version of the schema, or None where there is no schema."""
    if not connection.dialect.has_table(connection, VERSION):
        return None
    return connection.scalar(text(f"SELECT version_num FROM {VERSION}"))  # noqa: S608  a constant
