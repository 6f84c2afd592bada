"""Reading what the assistant learns from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from api.config import LANGUAGES
from api.db import db
from api.errors import NotFound
from api.examples import names as words
from api.examples.corpus import Corpus, corpus, moved
from api.examples.models import COMPANY, LockedMessage, Question
from api.examples.shipped import shipped
from api.examples.shipped import titles as shipped_titles
from api.reader import nearest

ENOUGH = 10  # examples a language from which on a question is understood well enough
LEAST = 5  # with fewer it is not worth a training
STUDIO = "studio"  # the skill of the company's own questions


def names() -> set[str]:
    """Every intent that there is, shipped or the company's own, retired or not."""
    return set(shipped().intents) | {question.intent for question in db.session.scalars(select(Question))}


def retired() -> set[str]:
    """The intents that are no longer understood: retired, or merged into another."""
    return set(moved())


def intents(language: str) -> list[dict[str, Any]]:
    """All intents, by skill, the company's own first; titles in `language` or the nearest there is.

    [{"name", "title", "description", "skill", "shipped", "retired", "status", "counts": {language: n}}]; `status`:
    `shipped`, `retired`, or a company question's own (`draft`, `ready`).
    """
    held, gone, ships = corpus(), retired(), shipped()
    own = [_own(question, language, held, gone) for question in db.session.scalars(select(Question).order_by(Question.slug))]
    return own + [_shipped(name, skill, ships.titles[language], held, gone) for name, skill in ships.intents.items()]


def titles(names: Iterable[str], language: str) -> dict[str, str]:
    """What staff call these intents, in `language` or the nearest there is. At most one query."""
    ships = shipped_titles()[language]
    found = {name: words.name(name, ships) for name in names}
    slugs = [name.removeprefix(COMPANY) for name in found if name.startswith(COMPANY)]
    for question in db.session.scalars(select(Question).where(Question.slug.in_(slugs))) if slugs else ():
        best = nearest(question.titles, language)
        found[question.intent] = question.titles[best] if best else question.slug.replace("_", " ")
    return found


def intent(name: str, language: str) -> dict[str, Any]:
    """One of them. Raises `NotFound`."""
    found = next((entry for entry in intents(language) if entry["name"] == name), None)
    if found is None:
        raise NotFound
    return found


def _shipped(name: str, skill: str, titles: dict[str, str], held: Corpus, gone: set[str]) -> dict[str, Any]:
    return {
        "name": name,
        "title": words.name(name, titles),
        "description": str(words.WANTS.get(name, "")),
        "skill": skill,
        "shipped": True,
        "retired": name in gone,
        "status": "retired" if name in gone else "shipped",
        "counts": held.counts(name),
    }


def _own(question: Question, language: str, held: Corpus, gone: set[str]) -> dict[str, Any]:
    best = nearest(question.titles, language)
    return {
        "name": question.intent,
        "title": question.titles[best] if best else question.slug.replace("_", " "),
        "description": question.note,
        "skill": STUDIO,
        "shipped": False,
        "retired": question.intent in gone,
        "status": "retired" if question.intent in gone else question.status,
        "counts": held.counts(question.intent),
    }


def question_of(intent: str) -> Question:
    """The company question with this intent. Raises `NotFound`."""
    found = db.session.scalar(select(Question).where(Question.slug == intent.removeprefix(COMPANY))) if intent.startswith(COMPANY) else None
    if found is None:
        raise NotFound
    return found


def locked() -> list[LockedMessage]:
    """The set that measures NLU models, in a fixed order."""
    rows = db.session.scalars(select(LockedMessage).order_by(LockedMessage.language, LockedMessage.key))
    return sorted(rows, key=lambda row: (LANGUAGES.index(row.language), row.key))
