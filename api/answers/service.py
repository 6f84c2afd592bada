"""Writing what the company says about itself, in the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from api.answers.models import Answer
from api.audit.service import Actor
from api.audit.service import record as note
from api.db import db


def save_answer(key: str, texts: dict[str, str], as_of: datetime, actor: Actor) -> None:
    """Let the company's answer on `key` be these texts, by language, as of then; other languages are removed.

    This is what files and systems say. What an admin has written in the studio goes on standing over it.
    """
    kept = {row.language: row for row in db.session.scalars(select(Answer).where(Answer.key == key))}
    for language, row in kept.items():
        if language not in texts:
            db.session.delete(row)
    for language, text in texts.items():
        row = kept.get(language) or Answer(key=key, language=language)
        row.text, row.as_of = text, as_of
        db.session.add(row)
        note(actor, "answer.saved", row, language=language)
    db.session.flush()
