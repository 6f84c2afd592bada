"""Reading what the company says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from api import clock
from api.answers import texts
from api.answers.company import Company, company
from api.answers.models import Answer
from api.db import db
from api.errors import NotFound
from api.reader import nearest


@dataclass(frozen=True)
class Said:
    """What the company says in a language, and since when."""

    text: str
    as_of: datetime


def answer(key: str, language: str) -> dict[str, Any]:
    """What the company says on a subject, in the language or the nearest there is. Raises `NotFound`."""
    found = said(clock.now(), key).get(key, {})
    best = nearest(found, language)
    if best is None:
        raise NotFound
    here = ZoneInfo(company().office(None).time_zone)
    return {"key": key, "language": best, "text": found[best].text, "as_of": found[best].as_of.astimezone(here).isoformat()}


def every(language: str) -> list[dict[str, str]]:
    """All that the company says, each in the language or the nearest there is, by subject; `title` of a company question, else empty."""
    now = clock.now()
    titles = texts.overrides(now, ("question_title",)).get("question_title", {})
    found = []
    for key, by_language in sorted(said(now).items()):
        best, called = nearest(by_language, language), titles.get(key, {})
        if best:
            found.append({"key": key, "title": called.get(nearest(called, language) or "", ""), "text": by_language[best].text})
    return found


def said(now: datetime, key: str | None = None) -> dict[str, dict[str, Said]]:
    """What the company says at a time, by subject and language: the version in force, else what its files say."""
    rows = select(Answer) if key is None else select(Answer).where(Answer.key == key)
    found: dict[str, dict[str, Said]] = {}
    for row in db.session.scalars(rows):
        found.setdefault(row.key, {})[row.language] = Said(row.text, row.as_of)
    for version in texts.in_force(now, "answer", key):
        by_language = found.setdefault(version.key, {})
        before = by_language.get(version.language)
        if version.text is not None:
            by_language[version.language] = Said(version.text, version.valid_from)
        elif before is not None:  # as the files have it, and found right then
            by_language[version.language] = Said(before.text, version.valid_from)
    return found


def facts(company: Company) -> dict[str, Any]:
    """The company's names, addresses and times, as plain data."""
    wanted = {"name", "employers", "careers_email", "mail_domains", "customer_service", "retention_months", "site_url"}
    return company.model_dump(mode="json", include=wanted)
