"""`desk train`: an NLU model of what the repository ships and what the studio holds, when the repository has changed.

What admins change in the studio is trained there and goes through the gate; it does not count as a change here. So a
model that was put live in the studio stays live until the repository's own data or configuration is another.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import click
from sqlalchemy import inspect

from api.config import ROOT, ConfigError, Settings
from api.db import db, read_only
from api.examples import merge
from api.launch.checks import ASSISTANT_PYTHON
from api.promotion import archives, live
from api.training.models import NluModel

HASH = "from nlu.train import Inputs; print(Inputs().hash())"
FAILED = "The NLU model could not be trained; the reason stands above. Nothing was replaced."


def train(settings: Settings, force: bool = False) -> None:
    """Train unless the live NluModel is there and the repository is as it was. Raises `ConfigError`."""
    repository = _repository()
    if not force and _is_there(settings) and _trained_for(settings) == repository:
        click.echo("NLU model: nothing has changed.")
        return
    folder = archives.folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".merged-", dir=folder) as merged:
        _run(["--models", str(folder), *(["--force"] if force else []), *_merged(Path(merged))])
    (folder / "repository.sha256").write_text(repository + "\n")
    _put_live(settings)


def _repository() -> str:
    """The hash of what the repository ships, and of the code that trains."""
    run = subprocess.run([str(ASSISTANT_PYTHON), "-c", HASH], cwd=ROOT, env=_environment(), capture_output=True, text=True, check=False)
    if run.returncode:
        raise ConfigError(f"{run.stderr.strip()[-2000:]}\n{FAILED}")
    return run.stdout.strip()


def _trained_for(settings: Settings) -> str:
    """The repository's hash when it was last trained from."""
    try:
        return (archives.folder(settings) / "repository.sha256").read_text().strip()
    except OSError:
        current = archives.read_current(settings)
        return current.inputs_hash if current else ""


def _is_there(settings: Settings) -> bool:
    """Whether the live archive is on this machine, or can be fetched."""
    found = _live(settings)
    try:
        return found is not None and archives.ensure(settings, *found).exists()
    except archives.NoArchive:
        return False


def _live(settings: Settings) -> tuple[str, str] | None:
    """Id and SHA-256: of the database, unless `current.json` names one that it does not know yet."""
    current = archives.read_current(settings)
    wanted = None
    if _has_tables():
        known = current and db.session.get(NluModel, current.id)
        wanted = live.live() if known or not current else None
        db.session.rollback()
    if wanted:
        return wanted.model_id, wanted.sha256
    return (current.id, current.sha256) if current else None


def _merged(folder: Path) -> list[str]:
    """The arguments that train what the studio holds, too; none while there is no database."""
    if not _has_tables():
        return []
    merged = merge.write(folder)
    for problem in merged.problems:
        click.echo(f"Studio: {problem}")
    data = ["--data", *map(str, merged.data)]
    return ["--config", str(merged.config), "--domain", str(merged.domain), *data, "--inputs-hash", merged.inputs_hash]


def _put_live(settings: Settings) -> None:
    """Note in the database what has been trained; the keeper puts it to work, now or when it starts."""
    current = archives.read_current(settings)
    if current and _has_tables():
        live.adopt(current)
        db.session.commit()


def _has_tables() -> bool:
    """Whether the database has been set up; ends the transaction."""
    db.session.rollback()
    read_only()
    found = bool(inspect(db.session.connection()).has_table(NluModel.__tablename__))
    db.session.rollback()
    return found


def _run(arguments: list[str]) -> None:
    command = [str(ASSISTANT_PYTHON), "-m", "nlu.train", *arguments]
    if subprocess.run(command, cwd=ROOT, env=_environment(), check=False).returncode:
        raise ConfigError(FAILED)


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "RASA_TELEMETRY_ENABLED": "false", "PYTHONUNBUFFERED": "1"}
