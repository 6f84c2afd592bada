"""Bringing in objects from files: each is stored in a transaction of its own or refused with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from marshmallow import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from api.audit.service import Actor
from api.db import db
from api.errors import DomainError
from api.feeds import job_posting
from api.feeds.files import Item, read
from api.roles import service
from api.roles.schemas import ApplicationIn, RoleIn

log = structlog.get_logger()
ROLE, APPLICATION = RoleIn(), ApplicationIn()


@dataclass(frozen=True)
class Line:
    """What came of one object: imported (`reason` then notes what could not be kept), or refused and why."""

    file: str
    place: str
    ref: str
    imported: bool
    reason: str

    @property
    def outcome(self) -> str:
        return "imported" if self.imported else "refused"


def bring_in(path: Path, actor: Actor, dry_run: bool = False) -> Iterator[Line]:
    """Import a file or folder, roles before applications. With `dry_run` nothing is kept, but all is tried."""
    seen: set[tuple[str, str]] = set()
    for item in sorted(read(path), key=lambda item: item.kind == "application"):
        try:
            with db.session.begin_nested():
                ref, notes = _store(item, actor, seen)
        except (job_posting.Refused, DomainError, ValidationError, SQLAlchemyError) as error:
            # In a trial the objects before this one must stay, for the applications that name them.
            if not dry_run:
                db.session.rollback()
            yield Line(item.file, item.place, _ref_of(item), False, _why(error))
            continue
        if not dry_run:
            db.session.commit()
        yield Line(item.file, item.place, ref, True, "; ".join(notes))
    db.session.rollback()


def _store(item: Item, actor: Actor, seen: set[tuple[str, str]]) -> tuple[str, list[str]]:
    """Check and store one object; its reference, and what could not be kept."""
    if item.kind == "problem":
        raise job_posting.Refused(item.problem)
    if item.kind == "application":
        data = APPLICATION.load(item.data)
        _once("application", data.get("ref"), seen)
        return service.save_application(data, actor).row.ref, []
    role, notes = job_posting.as_role(item.data) if item.kind == "posting" else (item.data, [])
    data = ROLE.load(role)
    _once("role", data.get("ref"), seen)
    saved = service.save_role(data, actor, source="import").row
    if item.kind == "posting" and saved.status == "closed":
        notes = [f"closed: one could apply until {saved.closes_on}", *notes]
    return saved.ref, notes


def _once(kind: str, ref: str | None, seen: set[tuple[str, str]]) -> None:
    if ref is None:
        raise job_posting.Refused("it has no ref")
    if (kind, ref) in seen:
        raise job_posting.Refused("another object before it has the same reference")
    seen.add((kind, ref))


def _ref_of(item: Item) -> str:
    """The reference of a refused object, as far as it can be told."""
    if item.kind == "posting":
        try:
            return job_posting.reference(item.data)
        except job_posting.Refused:
            return ""
    return str(item.data.get("ref", ""))[:64]


def _why(error: Exception) -> str:
    """The reason in plain words."""
    if isinstance(error, ValidationError):
        return "; ".join(f"{field}: {message}" for field, message in _flat(error.messages))[:500]
    if isinstance(error, DomainError):
        details = [f"{e['field']}: {e['message']}" for e in error.fields.get("errors", ())]
        return "; ".join(details) or str(error.sentence)
    if isinstance(error, SQLAlchemyError):
        log.error("import could not be stored", error=type(error).__name__)
        return "the database did not take it"
    return str(error)


def _flat(messages: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from _flat(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(messages, list):
        for inner in messages:
            yield from _flat(inner, path)
    else:
        yield path, str(messages)
