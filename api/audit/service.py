"""Writing the audit log, in the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.audit.models import AuditEntry
from api.db import db


@dataclass(frozen=True)
class Actor:
    """Who acts: kind is `candidate`, `staff`, `assistant`, `ats`, `system`; id is the row's or key's id."""

    kind: str
    id: str


SYSTEM = Actor("system", "desk")


def record(actor: Actor, action: str, subject: Any, **data: Any) -> None:
    """Note that `actor` did `action` to `subject` (a row with an id). Never pass names or texts in `data`."""
    db.session.add(
        AuditEntry(actor_kind=actor.kind, actor_id=actor.id, action=action, subject_kind=subject.__tablename__, subject_id=str(subject.id), data=data)
    )
