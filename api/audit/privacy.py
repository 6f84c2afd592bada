"""What the log of acts holds about a person: what they did and when, under an id that means nothing once they are erased."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from api import personal_data
from api.audit.models import AuditEntry
from api.db import db
from api.personal_data import Person, facts


def export(person: Person) -> list[dict[str, Any]]:
    """What the person did."""
    acts = db.session.scalars(
        select(AuditEntry).where(AuditEntry.actor_kind == "candidate", AuditEntry.actor_id == person.candidate_id).order_by(AuditEntry.at)
    )
    return [facts(a, "id", "actor_kind", "actor_id") for a in acts]


def erase(person: Person) -> None:
    """Nothing to remove: no names and no texts stand here, and whose the id was is forgotten with the candidate."""


personal_data.register("acts", "audit", export=export, erase=erase)
