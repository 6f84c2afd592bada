"""What the repository ships with what the studio holds over it: one picture, for pages and for training alike."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import func, select

from api.config import LANGUAGES
from api.db import db
from api.examples.models import Example, IntentChange, LockedMessage, Question, Word
from api.examples.shipped import Shipped, shipped

Key = tuple[str, str]  # language, folded wording
MOVES = ("retire", "merge")  # changes that take an intent's examples away


@dataclass(frozen=True, slots=True)
class Taught:
    """A wording that the studio has something to say about."""

    id: str
    language: str
    key: str
    text: str
    intent: str | None
    origin: str


@dataclass(frozen=True)
class StudioData:
    """All that the studio holds for training, as read at one moment.

    `moved`: intent -> the one that took it over, or None if it was retired. `questions`: intent -> status.
    `words`: (concept, language, item) -> removed.
    """

    examples: list[Taught] = field(default_factory=list)
    locked: frozenset[Key] = frozenset()
    moved: dict[str, str | None] = field(default_factory=dict)
    questions: dict[str, str] = field(default_factory=dict)
    words: dict[tuple[str, str, str], bool] = field(default_factory=dict)

    def lands(self, intent: str | None) -> str | None:
        """The intent that examples of `intent` belong to now; None: to none."""
        return follow(self.moved, intent)


def follow(moved: dict[str, str | None], intent: str | None) -> str | None:
    """Where an intent leads after all mergers; None if it was retired in the end."""
    seen: set[str] = set()
    while intent in moved and intent not in seen:
        seen.add(intent)
        intent = moved[intent]
    return None if intent in seen else intent


class Row(NamedTuple):
    """An example in force. `shipped`: the repository says so; `origin` and `id` are the studio's own."""

    language: str
    key: str
    text: str
    intent: str
    shipped: bool
    origin: str = ""
    id: str = ""


@dataclass(frozen=True)
class Corpus:
    """Every wording once, with what it means; locked messages and retired intents are out of it."""

    rows: dict[Key, Row]
    data: StudioData

    def of(self, intent: str, language: str | None = None) -> list[Row]:
        """The rows of an intent, by language and wording."""
        found = [row for row in self.rows.values() if row.intent == intent and language in (None, row.language)]
        return sorted(found, key=lambda row: (LANGUAGES.index(row.language), row.key))

    def counts(self, intent: str) -> dict[str, int]:
        """How many examples an intent has, by language."""
        return {language: self._counted[intent, language] for language in LANGUAGES}

    @cached_property
    def _counted(self) -> Counter[tuple[str, str]]:
        return Counter((row.intent, row.language) for row in self.rows.values())


def studio_data() -> StudioData:
    """What the database holds, in a constant number of queries."""
    columns = (Example.id, Example.language, Example.key, Example.text, Example.intent, Example.origin)
    rows = db.session.execute(select(*columns).order_by(Example.language, Example.key))
    locked = db.session.execute(select(LockedMessage.language, LockedMessage.key))
    questions = db.session.scalars(select(Question).order_by(Question.slug))
    words = db.session.execute(select(Word.concept, Word.language, Word.item, Word.removed))
    return StudioData(
        [Taught(*row) for row in rows],
        frozenset((language, key) for language, key in locked),
        moved(),
        {question.intent: question.status for question in questions},
        {(concept, language, item): removed for concept, language, item, removed in words},
    )


def moved() -> dict[str, str | None]:
    """The intents that are not understood any more: with the one that took each over, or None."""
    in_force = (IntentChange.undone_at.is_(None), IntentChange.kind.in_(MOVES))
    rows = db.session.execute(select(IntentChange.intent, IntentChange.into).where(*in_force).order_by(IntentChange.created_at))
    return {row.intent: row.into for row in rows}


_kept: dict[str, tuple[object, Corpus]] = {}


def corpus() -> Corpus:
    """The examples in force. Kept in this process until something in the database or a file has changed."""
    base = shipped()
    state = (db.engine.url, id(base), _revision())
    kept = _kept.get("corpus")
    if kept is None or kept[0] != state:
        kept = _kept["corpus"] = (state, effective(base, studio_data()))
    return kept[1]


def _revision() -> tuple[object, ...]:
    """What changes with everything that the corpus is made from: one query."""
    kinds = (
        (Example, Example.updated_at),
        (LockedMessage, LockedMessage.updated_at),
        (Question, Question.updated_at),
        (IntentChange, IntentChange.created_at),
    )
    counts = [select(func.count()).select_from(kind).scalar_subquery() for kind, _ in kinds]
    newest = [select(func.max(moment)).scalar_subquery() for _, moment in kinds]
    undone = select(func.count(IntentChange.undone_at)).scalar_subquery()
    return tuple(db.session.execute(select(*counts, *newest, undone)).one())


def effective(base: Shipped, data: StudioData) -> Corpus:
    """Lay the studio's data over the repository's."""
    rows = dict(_shipped_rows(base, data))
    for taught in data.examples:
        place = (taught.language, taught.key)
        before = rows.pop(place, None)
        lands = data.lands(taught.intent)
        if before and lands == before.intent:
            rows[place] = before
        elif lands:
            rows[place] = Row(taught.language, taught.key, taught.text, lands, False, taught.origin, taught.id)
    for place in data.locked:
        rows.pop(place, None)
    return Corpus(rows, data)


_kept_rows: list[tuple[Shipped, dict[str, str | None], dict[Key, Row]]] = []


def _shipped_rows(base: Shipped, data: StudioData) -> dict[Key, Row]:
    """The repository's examples, each with the intent that it belongs to now. Kept: they are many and hardly change."""
    for known, moved, rows in _kept_rows:
        if known is base and moved == data.moved:
            return rows
    lands = {intent: data.lands(intent) for intent in base.intents}
    found = {(language, key): Row(language, key, text, now, True) for (language, key), (intent, text) in base.by_key.items() if (now := lands[intent])}
    _kept_rows[:] = [(base, dict(data.moved), found)]
    return found
