"""What the outbox holds about a person: mails to them, and mails that name their address."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, or_, select

from api import personal_data
from api.db import db
from api.outbox.models import Mail
from api.personal_data import Person, facts, mentions


def export(person: Person) -> list[dict[str, Any]]:
    """The mails to the person that are still kept."""
    mails = db.session.scalars(select(Mail).where(Mail.recipient == person.email).order_by(Mail.created_at))
    return [facts(m, "id", "dedupe", "attempts", "due_at", "error") for m in mails]


def erase(person: Person) -> None:
    """Remove them, sent or not, and those to others that name the address."""
    naming = or_(Mail.text.icontains(person.email, autoescape=True), Mail.subject.icontains(person.email, autoescape=True))
    named = [m.id for m in db.session.scalars(select(Mail).where(naming)) if mentions(f"{m.subject}\n{m.text}", person.email)]
    db.session.execute(delete(Mail).where(or_(Mail.recipient == person.email, Mail.id.in_(named))))


personal_data.register("mails", "mails", export=export, erase=erase, rank=2)
