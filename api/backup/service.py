"""A backup: one archive of all tables and of recruiters' files, taken while the desk runs.

It holds personal data and is readable by its owner only. Secrets are not in it.
"""

from __future__ import annotations

import json
import os
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy.exc import IntegrityError

from api import clock
from api.backup import tables
from api.backup.tables import Say
from api.db import db
from api.migrations.run import upgrade

FORMAT = 1
MANIFEST = "manifest.json"
FOLDERS = ("attachments", "models")


class BackupFailed(Exception):
    """What was wrong, in one sentence; nothing has been changed."""


def backup(target: Path, say: Say) -> dict[str, int]:
    """Write everything to `target`, a `.tar.gz` that appears only when it is complete. Gives rows by table."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as name:
        folder = Path(name)
        manifest = _write_tables(folder, say)
        archive = folder / "whole.tar.gz"
        archive.touch(mode=0o600)
        _pack(folder, archive)
        with archive.open("rb") as file:
            os.fsync(file.fileno())
        archive.replace(target)
    found: dict[str, int] = manifest["rows"]
    return found


def _write_tables(folder: Path, say: Say) -> dict[str, Any]:
    (folder / "tables").mkdir()
    with db.engine.connect() as connection:
        tables.begin_reading(connection)
        version = tables.version(connection)
        if version is None:
            raise BackupFailed("There is nothing to back up: this database has no tables yet.")
        manifest = {"format": FORMAT, "version": version, "at": clock.now().isoformat(), "rows": tables.write(connection, folder / "tables", say)}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
    return manifest


def _pack(folder: Path, archive: Path) -> None:
    """The files come after the rows that name them: one more than is named does no harm, one less would."""
    with tarfile.open(archive, "w:gz", compresslevel=6) as tar:
        tar.add(folder / MANIFEST, MANIFEST)
        tar.add(folder / "tables", "tables")
        for name in FOLDERS:
            kept = current_app.config["SETTINGS"].var / name
            if kept.is_dir():
                tar.add(kept, name, filter=_no_half_files)


def _no_half_files(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Not what is being written right now, under a name that begins with a dot."""
    return None if Path(member.name).name.startswith(".") else member


def restore(source: Path, say: Say) -> dict[str, int]:
    """Bring a backup into the current, empty database and folder. Raises `BackupFailed`; gives rows by table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        manifest = _unpack(source, folder)
        with db.engine.connect() as connection:
            _must_be_empty(connection)
        found = load(folder / "tables", manifest["version"], manifest["rows"], say)
        for kept in FOLDERS:
            if (folder / kept).is_dir():
                shutil.copytree(folder / kept, current_app.config["SETTINGS"].var / kept, dirs_exist_ok=True)
    return found


def load(folder: Path, version: str, rows: dict[str, int], say: Say) -> dict[str, int]:
    """Fill the current database with the tables of a folder, compare, and migrate to this program's version."""
    try:
        upgrade(version)
    except Exception as error:
        raise BackupFailed(f"This program does not know version {version} of the database: it is older than the backup.") from error
    with db.engine.begin() as connection:
        try:
            tables.read(connection, folder, say)
        except IntegrityError as error:
            raise BackupFailed("Rows are missing that others refer to; nothing was kept.") from error
        found = tables.counts(connection)
        if found != rows:
            wrong = sorted(name for name in {*rows, *found} if rows.get(name) != found.get(name))
            raise BackupFailed(f"Not all rows have arrived ({', '.join(wrong)}); nothing was kept.")
    upgrade()
    return found


def _must_be_empty(connection: Any) -> None:
    if tables.version(connection) is not None and any(tables.counts(connection).values()):
        raise BackupFailed("This database is not empty. Restore into a new one: name it in DESK_DATABASE_URL, or move var/desk.db away.")


def _unpack(source: Path, folder: Path) -> dict[str, Any]:
    try:
        with tarfile.open(source, "r:gz") as tar:
            tar.extractall(folder, filter="data")
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, EOFError, tarfile.TarError, ValueError) as error:
        raise BackupFailed(f"{source} is not a backup of the desk, or it is damaged ({type(error).__name__}).") from error
    if manifest.get("format") != FORMAT:
        raise BackupFailed(f"{source} was written in another format than this program reads.")
    return manifest


def move(url: str, say: Say) -> dict[str, int]:
    """Copy the current database into the empty one at `url`. Writing waits meanwhile on SQLite, so that nothing is left behind."""
    from api.app import create_app

    settings = current_app.config["SETTINGS"]
    with tempfile.TemporaryDirectory(dir=settings.var, prefix=".move-") as name:
        folder = Path(name)
        with db.engine.connect() as held:
            tables.begin_reading(held, alone=True)
            version = tables.version(held)
            if version is None:
                raise BackupFailed("There is nothing to move: this database has no tables yet.")
            rows = tables.write(held, folder, lambda table, number: None)
            with create_app(settings.model_copy(update={"database_url": url})).app_context():
                with db.engine.connect() as connection:
                    _must_be_empty(connection)
                return load(folder, version, rows, say)
