"""Everything comes back from a backup, into either kind of database, row by row."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from api.accounts.models import Staff
from api.backup import service
from api.backup.cli import move as move_command
from api.backup.service import BackupFailed
from api.conversations.models import Conversation
from api.db import Base, db
from api.demo.load import load_if_empty
from api.handoff.search import matches
from api.migrations.run import upgrade
from tests.api.assistant import FakeAssistant
from tests.api.conftest import BACKENDS, Database, build
from tests.api.privacy.everything import live_a_life

MARK = "a-word-that-nobody-else-says"


def quiet(table: str, rows: int) -> None:
    """Progress that nobody looks at."""


@pytest.fixture
def lived(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, tmp_path: Path) -> APIFlask:
    """A desk in which every table has rows, staff who refer to each other, and a file."""
    with app.app_context():
        load_if_empty()
    live_a_life(app, client, fake_assistant, MARK, "eva@mail.example", "Eva Lind", "A-900")
    (tmp_path / "attachments").mkdir(exist_ok=True)
    (tmp_path / "attachments" / "some-file").write_bytes(b"%PDF-1.7 of a recruiter")
    return app


@pytest.fixture(params=BACKENDS)
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], APIFlask]]:
    """Makes a gateway on another database, each kind in turn, that has been migrated."""
    databases: Database = request.getfixturevalue(f"{request.param}_database")
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    url = databases.fresh()
    apps: list[APIFlask] = []

    def make() -> APIFlask:
        apps.append(build(folder, url))
        return apps[-1]

    yield make
    for app in apps:
        with app.app_context():
            db.engine.dispose()
    databases.done(url)


def everything(app: APIFlask) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, in the order of its key."""
    with app.app_context():
        tables = Base.metadata.sorted_tables
        found = {t.name: [dict(row) for row in db.session.execute(select(t).order_by(*t.primary_key.columns)).mappings()] for t in tables}
        db.session.rollback()
    return found


def taken(app: APIFlask, target: Path) -> Path:
    with app.app_context():
        service.backup(target, quiet)
    return target


def test_everything_comes_back(lived: APIFlask, elsewhere: Callable[[], APIFlask], tmp_path: Path) -> None:
    before = everything(lived)
    assert sum(1 for rows in before.values() if rows) > 20
    file = taken(lived, tmp_path / "kept" / "desk.tar.gz")
    assert file.stat().st_mode & 0o077 == 0, "others can read it"
    assert [path.name for path in file.parent.iterdir()] == ["desk.tar.gz"], "half-made files are left"
    other = elsewhere()
    with other.app_context():
        counted = service.restore(file, quiet)
        assert db.session.scalars(select(Conversation.id).where(matches(f"{MARK}-text"))).all(), "the words are not found by the index"
        assert db.session.scalar(select(Staff.lead_id).where(Staff.lead_id.is_not(None)))
    assert everything(other) == before
    assert counted == {name: len(rows) for name, rows in before.items()}
    assert (tmp_path / "elsewhere" / "attachments" / "some-file").read_bytes().startswith(b"%PDF")


def test_the_database_moves_to_another_kind(lived: APIFlask, elsewhere: Callable[[], APIFlask]) -> None:
    other = elsewhere()
    url = other.config["SETTINGS"].database
    result = lived.test_cli_runner().invoke(move_command, [url])
    assert result.exit_code == 0, result.output
    assert everything(other) == everything(lived)
    again = lived.test_cli_runner().invoke(move_command, [url])
    assert again.exit_code == 1
    assert "not empty" in again.output


def test_nothing_is_restored_over_what_is_there(lived: APIFlask, tmp_path: Path) -> None:
    file, before = taken(lived, tmp_path / "desk.tar.gz"), everything(lived)
    with lived.app_context(), pytest.raises(BackupFailed, match="not empty"):
        service.restore(file, quiet)
    assert everything(lived) == before


@pytest.mark.parametrize(("table", "why"), [("messages", "refer to|arrived"), ("audit", "arrived .audit")])
def test_a_backup_that_lacks_rows_is_refused_whole(lived: APIFlask, elsewhere: Callable[[], APIFlask], tmp_path: Path, table: str, why: str) -> None:
    file = taken(lived, tmp_path / "desk.tar.gz")
    with tarfile.open(file) as tar:
        tar.extractall(tmp_path / "open", filter="data")
    lines = (tmp_path / "open" / "tables" / f"{table}.jsonl").read_text("utf-8").splitlines(keepends=True)
    (tmp_path / "open" / "tables" / f"{table}.jsonl").write_text("".join(lines[:-1]), "utf-8")
    with tarfile.open(tmp_path / "less.tar.gz", "w:gz") as tar:
        for name in ("manifest.json", "tables"):
            tar.add(tmp_path / "open" / name, name)
    other = elsewhere()
    with other.app_context(), pytest.raises(BackupFailed, match=why):
        service.restore(tmp_path / "less.tar.gz", quiet)
    assert not any(everything(other).values())


@pytest.mark.parametrize("content", [b"", b"not an archive", b"\x1f\x8b\x08broken"])
def test_another_file_is_no_backup(context: APIFlask, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.tar.gz").write_bytes(content)
    with pytest.raises(BackupFailed, match="not a backup"):
        service.restore(tmp_path / "x.tar.gz", quiet)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_backup_of_an_older_version_is_migrated(lived: APIFlask, tmp_path: Path) -> None:
    """Its rows come from a database of that version: here the first one, whose tables a later version has widened."""
    old = build(tmp_path / "old", f"sqlite:///{tmp_path / 'old.db'}")
    with old.app_context():
        upgrade("0003")
        with db.engine.begin() as connection:
            values = "('c1', 'x', 'sv', 'assistant', 0, 0, '2026-01-01 10:00:00', '2026-01-01 10:00:00')"
            connection.exec_driver_sql(
                f"INSERT INTO conversations (id, token_hash, language, owner, last_seq, version, created_at, updated_at) VALUES {values}"
            )
        rows = service.backup(tmp_path / "old.tar.gz", quiet)
        db.engine.dispose()
    with tarfile.open(tmp_path / "old.tar.gz") as tar:
        manifest = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
    assert (manifest["version"], rows["conversations"]) == ("0003", 1)
    new = build(tmp_path / "new", f"sqlite:///{tmp_path / 'new.db'}")
    with new.app_context():
        service.restore(tmp_path / "old.tar.gz", quiet)
        [conversation] = db.session.execute(select(Base.metadata.tables["conversations"])).mappings()
        assert (conversation["id"], conversation["candidate_seen_seq"]) == ("c1", 0)
        db.session.rollback()
        db.engine.dispose()
