"""Files that recruiters send: checked by what they are, kept apart from the web, given out only to save.

A file is written before its row, and its row is deleted before it: a crash leaves a file without a row at worst,
and `sweep` deletes those.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import subprocess
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import structlog
from flask import current_app
from flask_babel import lazy_gettext
from sqlalchemy import delete, select

from api import clock
from api.accounts.models import Staff
from api.audit.service import Actor, record
from api.conversations.models import Attachment, Conversation
from api.db import after_commit, db, new_id, read_only
from api.errors import DomainError, Invalid, NotFound
from api.fields import UNSTORABLE
from api.handoff.claims import NotYours

log = structlog.get_logger()
LARGEST = 10 * 1024 * 1024
MOST = 10
SCAN_SECONDS = 60
UNSENT = timedelta(days=1)
KINDS = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}


class TooLarge(DomainError):
    type = "too-large"
    status = 413
    sentence = lazy_gettext("That file is too large. 10 MB is the limit.")


class Unwanted(Invalid):
    """The scanner has found something."""

    type = "file-refused"
    sentence = lazy_gettext("The virus scanner refuses this file, so it was not kept.")


class NotScanned(DomainError):
    """The scanner does not answer; a file that nobody has checked is not sent."""

    type = "not-scanned"
    status = 503
    sentence = lazy_gettext("The virus scanner does not answer, so the file was not kept. Try again in a while.")


def store(staff: Staff, conversation_id: str, name: str, stream: IO[bytes]) -> Attachment:
    """Check a file and keep it for the next reply. Raises `NotYours`, `TooLarge`, `Invalid`, `Unwanted`, `NotScanned`, `NotFound`.

    Ends the transaction that it is called in: nothing is read or scanned within one.
    """
    staff_id = staff.id
    _check_own(staff_id, conversation_id)
    data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise TooLarge
    mime = kind_of(data)
    if mime is None:
        raise Invalid(lazy_gettext("Only PDF files and images (PNG, JPEG, WebP) can be sent."))
    id_ = new_id()
    path = _write(id_, data)
    try:
        _scan(path)
        row = Attachment(
            id=id_, conversation_id=conversation_id, staff_id=staff_id, name=_clean(name, mime), mime=mime, size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    record(Actor("staff", staff_id), "attachment.stored", row)
    return row


def open_for(conversation_id: str, attachment_id: str) -> tuple[Attachment, Path]:
    """A file that has been sent in this conversation, and where it lies. Raises `NotFound`. Who may read it, the caller knows."""
    row = db.session.get(Attachment, attachment_id)
    if row is None or row.conversation_id != conversation_id or row.message_id is None or row.status != "clean":
        raise NotFound
    path = folder() / row.id
    if not path.is_file():
        raise NotFound
    return row, path


def to_send(staff: Staff, conversation_id: str, ids: Sequence[str]) -> list[Attachment]:
    """One's own files that wait to be sent here, in the order asked for. Raises `Invalid` if one of them is not there."""
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MOST:
        raise Invalid
    waiting = (Attachment.conversation_id == conversation_id, Attachment.staff_id == staff.id, Attachment.message_id.is_(None), Attachment.status == "clean")
    found = {row.id: row for row in db.session.scalars(select(Attachment).where(Attachment.id.in_(wanted), *waiting))}
    if len(found) < len(wanted):
        raise Invalid(lazy_gettext("A file is no longer there. Attach it again."))
    return [found[id_] for id_ in wanted]


def as_public(row: Attachment) -> dict[str, Any]:
    """What a message says of its file."""
    return {"id": row.id, "name": row.name, "mime": row.mime, "size": row.size}


def kind_of(data: bytes) -> str | None:
    """The type that a file's first bytes prove, if it is one of those that may be sent."""
    if data.startswith(b"%PDF-"):
        return "application/pdf"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return None


def forget(conversation_ids: Sequence[str]) -> None:
    """Delete the files of these conversations with the caller's transaction."""
    of_these = Attachment.conversation_id.in_(conversation_ids)
    ids = list(db.session.scalars(select(Attachment.id).where(of_these)))
    if ids:
        db.session.execute(delete(Attachment).where(of_these))
        after_commit(_removal([folder() / id_ for id_ in ids]))


def sweep() -> None:
    """Delete what was attached a day ago and never sent, and files without a row: their conversations are gone."""
    before = clock.now() - UNSENT
    unsent = (Attachment.message_id.is_(None), Attachment.created_at < before)
    db.session.execute(delete(Attachment).where(*unsent))
    db.session.commit()
    paths = [path for path in folder().iterdir() if path.stat().st_mtime < before.timestamp()]
    read_only()
    known = set(db.session.scalars(select(Attachment.id)))
    db.session.rollback()
    _removal([path for path in paths if path.name not in known])()


def folder() -> Path:
    """Where the files lie; not below anything that is served."""
    found: Path = current_app.config["SETTINGS"].var / "attachments"
    found.mkdir(parents=True, exist_ok=True, mode=0o700)
    return found


def _check_own(staff_id: str, conversation_id: str) -> None:
    db.session.rollback()
    read_only()
    row = db.session.get(Conversation, conversation_id, populate_existing=True)
    if row is None:
        raise NotFound
    own = row.owner == "recruiter" and row.staff_id == staff_id and row.resolved_at is None
    db.session.rollback()
    if not own:
        raise NotYours


def _write(id_: str, data: bytes) -> Path:
    path = folder() / id_
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return path


def _scan(path: Path) -> None:
    """Ask the scanner, if there is one: 0 is clean, 1 is not, anything else is no answer."""
    command = shlex.split(current_app.config["SETTINGS"].scan_command)
    if not command:
        return
    try:
        code = subprocess.run([*command, str(path)], timeout=SCAN_SECONDS, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode
    except (OSError, subprocess.TimeoutExpired) as error:
        log.error("scanner does not answer", error=type(error).__name__)
        raise NotScanned from None
    if code == 1:
        raise Unwanted
    if code != 0:
        log.error("scanner does not answer", code=code)
        raise NotScanned


def _clean(name: str, mime: str) -> str:
    """A name without folders and control characters, with an ending that says what the file is."""
    base = UNSTORABLE.sub("", name).replace("\\", "/").rsplit("/", 1)[-1]
    base = "".join(c for c in base if c.isprintable()).strip(" .") or "file"
    endings = (".jpg", ".jpeg") if mime == "image/jpeg" else (KINDS[mime],)
    if base.lower().endswith(endings):
        stem, _, ending = base.rpartition(".")
        return f"{stem[: 190 - len(ending)]}.{ending}"
    return base[:190] + KINDS[mime]


def _removal(paths: list[Path]) -> Callable[[], None]:
    def remove() -> None:
        for path in paths:
            path.unlink(missing_ok=True)

    return remove
