"""What roles hold about a person: their applications, with stages, promises, interview and feedback."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from api import personal_data
from api.db import db
from api.personal_data import Person, facts
from api.roles.models import Application


def export(person: Person) -> list[dict[str, Any]]:
    """The person's applications with all that is known of each."""
    found = db.session.scalars(select(Application).where(Application.candidate_id == person.candidate_id).order_by(Application.received_at))
    return [_exported(a) for a in found.unique()]


def _exported(application: Application) -> dict[str, Any]:
    return facts(application, "id", "role_id", "candidate_id") | {
        "role": application.role.ref,
        "titles": {t.language: t.title for t in application.role.texts},
        "history": [facts(h, "id", "application_id") for h in application.history],
        "promises": [facts(p, "id", "application_id") for p in application.promises],
    }


def erase(person: Person) -> None:
    """Remove them; history and promises go with them."""
    db.session.execute(delete(Application).where(Application.candidate_id == person.candidate_id))


personal_data.register("applications", "applications", "stage_changes", "promises", export=export, erase=erase, rank=6)
