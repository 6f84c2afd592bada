"""The lexicon of synonyms: what the repository ships, and the words that admins add or take out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext
from sqlalchemy import select

from api import clock
from api.accounts.models import Staff
from api.audit.service import record
from api.config import LANGUAGES
from api.db import db
from api.errors import Invalid
from api.examples import lexicon
from api.examples.folding import words_of
from api.examples.models import Word
from api.examples.service import actor
from api.examples.shipped import shipped
from api.fields import UNSTORABLE

LONGEST = 60
CONCEPT = re.compile(r"[a-z][a-z0-9_]{1,62}")


@dataclass(frozen=True)
class Item:
    """One word of a concept. `state`: `shipped`, `added` (in the studio) or `removed` (shipped, taken out)."""

    text: str
    state: str

    @property
    def shown(self) -> str:
        """The word as people read it: a beginning ends in an ellipsis."""
        return self.text.replace("*", "…")


Concepts = dict[str, dict[str, list[Item]]]  # concept -> language -> items


def concepts() -> Concepts:
    """The whole lexicon, by concept; with what the studio has added and taken out."""
    found: Concepts = {}
    said = {(row.concept, row.language, row.item): row.removed for row in db.session.scalars(select(Word).order_by(Word.item))}
    for concept, language, item in shipped().concepts:
        state = "removed" if said.pop((concept, language, item), False) else "shipped"
        found.setdefault(concept, {code: [] for code in LANGUAGES})[language].append(Item(item, state))
    for (concept, language, item), removed in said.items():
        if not removed:
            found.setdefault(concept, {code: [] for code in LANGUAGES})[language].append(Item(item, "added"))
    return found


def finder(every: Concepts, but: tuple[str, str, str] | None = None) -> lexicon.Lexicon:
    """What finds the concepts of a text, in whatever language, as the assistant does; `but`: without this word."""
    return lexicon.Lexicon(
        (concept, item.text)
        for concept, by_language in every.items()
        for language, items in by_language.items()
        for item in items
        if item.state != "removed" and (concept, language, item.text) != but
    )


def add(staff: Staff | None, concept: str, language: str, item: str) -> Word | None:
    """Add a word, or put back one that was taken out. None if it is there already. Raises `Invalid`."""
    concept, item = concept.strip().casefold().replace(" ", "_"), tidy(item)
    if not CONCEPT.fullmatch(concept):
        raise Invalid(lazy_gettext("A concept's name has small letters a to z, digits and _."))
    if language not in LANGUAGES:
        raise Invalid(lazy_gettext("Choose Swedish, Finnish or English."))
    row = _find(concept, language, item)
    if (concept, language, item) in shipped().concepts:
        if row is not None:
            remove_row(staff, row)
        return None
    if row is not None and not row.removed:
        return None
    return _keep(staff, row or Word(concept=concept, language=language, item=item), removed=False)


def remove(staff: Staff | None, concept: str, language: str, item: str) -> None:
    """Take a word out; one that the studio added is simply gone."""
    row = _find(concept, language, item)
    if (concept, language, item) in shipped().concepts:
        _keep(staff, row or Word(concept=concept, language=language, item=item), removed=True)
    elif row is not None:
        remove_row(staff, row)


def remove_row(staff: Staff | None, row: Word) -> None:
    """Forget what was said about a word."""
    record(actor(staff), "word.cleared", row, concept=row.concept, language=row.language)
    db.session.delete(row)
    db.session.flush()


def touched(concept: str, language: str, item: str, texts: Sequence[str]) -> list[str]:
    """Of these texts, those that show the concept by this word alone: what it changes, or would."""
    known, parts = finder(concepts(), (concept, language, item)), lexicon.tokens(item)
    return [text for text in texts if lexicon.touches(parts, words_of(text)) and concept not in known.find(text)]


def tidy(item: str) -> str:
    """A word, phrase or beginning (`lön*`) as the lexicon holds it. Raises `Invalid`."""
    words = " ".join(item.replace("…", "*").split()).casefold()
    if not lexicon.tokens(words) or len(words) > LONGEST or UNSTORABLE.search(words) or set(words) & set("|\t#"):
        raise Invalid(lazy_gettext("A word or phrase has 1 to 60 letters; end it with * to match all words that begin so."))
    if any(len(token) < 4 and token.endswith("*") for token in lexicon.tokens(words)):
        raise Invalid(lazy_gettext("A beginning needs three letters or more before the *, or it would match almost everything."))
    return words


def _keep(staff: Staff | None, row: Word, removed: bool) -> Word:
    row.removed, row.staff_id, row.updated_at = removed, staff.id if staff else None, clock.now()
    db.session.add(row)
    db.session.flush()
    record(actor(staff), "word.removed" if removed else "word.added", row, concept=row.concept, language=row.language)
    return row


def _find(concept: str, language: str, item: str) -> Word | None:
    return db.session.scalar(select(Word).where(Word.concept == concept, Word.language == language, Word.item == item))
