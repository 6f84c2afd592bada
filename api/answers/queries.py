"""Reading what the company says about itself."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from api.answers.company import Company, company
from api.answers.models import Answer
from api.db import db
from api.errors import NotFound
from api.reader import nearest


def answer(key: str, language: str) -> dict[str, Any]:
    """What the company says on a subject, in the language or the nearest there is. Raises `NotFound`."""
    found = {row.language: row for row in db.session.scalars(select(Answer).where(Answer.key == key))}
    best = nearest(found, language)
    if best is None:
        raise NotFound
    here = ZoneInfo(company().office(None).time_zone)
    return {"key": key, "language": best, "text": found[best].text, "as_of": found[best].as_of.astimezone(here).isoformat()}


def every(language: str) -> list[dict[str, str]]:
    """All that the company says, each in the language or the nearest there is, by subject."""
    by_key: dict[str, dict[str, str]] = {}
    for row in db.session.scalars(select(Answer).order_by(Answer.key)):
        by_key.setdefault(row.key, {})[row.language] = row.text
    return [{"key": key, "text": texts[best]} for key, texts in by_key.items() if (best := nearest(texts, language))]


def facts(company: Company) -> dict[str, Any]:
    """The company's names, addresses and times, as plain data."""
    wanted = {"name", "employers", "careers_email", "mail_domains", "customer_service", "retention_months", "site_url"}
    return company.model_dump(mode="json", include=wanted)
