"""The company's own questions: what they are called, what is answered, what is missing. Works in the caller's transaction."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import lazy_gettext
from sqlalchemy import select

from api import clock
from api.accounts.models import Staff
from api.answers import texts
from api.audit.service import record
from api.config import LANGUAGES
from api.db import db
from api.errors import Invalid
from api.examples import service
from api.examples.corpus import corpus
from api.examples.models import COMPANY, Example, Question
from api.examples.queries import ENOUGH, LEAST
from api.examples.shipped import shipped

LONGEST_TITLE, LONGEST_NOTE = 60, 300


@dataclass(frozen=True)
class Draft:
    """What the form says, by language: the button's title, the answer, the wordings; `note` is for staff."""

    titles: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    wordings: dict[str, list[str]] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class State:
    """What a question has in a language: `wordings` is how many."""

    title: bool
    answer: bool
    wordings: int

    @property
    def complete(self) -> bool:
        """Whether it can be taught in this language."""
        return self.title and self.answer and self.wordings >= LEAST

    @property
    def good(self) -> bool:
        """Whether it has all that makes it be understood well."""
        return self.complete and self.wordings >= ENOUGH


def create(staff: Staff | None, draft: Draft, slug: str | None = None) -> Question:
    """A new question, as a draft. Raises `Invalid` for one without any title, or with a wording that cannot be kept."""
    titles = _titles(draft.titles)
    if not titles:
        raise Invalid(lazy_gettext("Give the question a title in at least one language."))
    question = Question(slug=slug or _free_slug(titles), staff_id=staff.id if staff else None)
    db.session.add(question)
    db.session.flush()
    record(service.actor(staff), "question.created", question)
    save(staff, question, draft)
    return question


def save(staff: Staff | None, question: Question, draft: Draft) -> None:
    """Titles, answers and note as in the form; its wordings are added to those that are there. Raises `Invalid`."""
    if len(draft.note) > LONGEST_NOTE:
        raise Invalid(lazy_gettext("The note has at most 300 characters."))
    question.titles, question.note, question.updated_at = _titles(draft.titles), " ".join(draft.note.split()), clock.now()
    db.session.flush()
    for kind, by_language in (("question_title", question.titles), ("answer", draft.answers)):
        said = {language: text.strip() for language, text in by_language.items() if text.strip()}
        if said:
            texts.save(staff, kind, question.intent, dict(said))
    teach(staff, question, draft.wordings)
    record(service.actor(staff), "question.saved", question)


def teach(staff: Staff | None, question: Question, wordings: Mapping[str, Sequence[str]]) -> int:
    """Let these wordings, by language, mean the question. How many."""
    pairs = [(language, text) for language, lines in wordings.items() for text in lines]
    return service.move(staff, pairs, question.intent) if pairs else 0


def answers(question: Question) -> dict[str, str]:
    """What is answered now, in the languages in which something is."""
    found = {language: texts.current("answer", question.intent, language) for language in LANGUAGES}
    return {language: text for language, text in found.items() if text}


def state(question: Question, said: Mapping[str, str]) -> dict[str, State]:
    """What the question has, by language; `said` as `answers` gives it."""
    counts = corpus().counts(question.intent)
    return {language: State(bool(question.titles.get(language)), bool(said.get(language)), counts[language]) for language in LANGUAGES}


def make_ready(staff: Staff, question: Question) -> None:
    """Let it be learnt at the next training. Raises `Invalid` while something is missing."""
    if not all(have.complete for have in state(question, answers(question)).values()):
        raise Invalid(lazy_gettext("Something is still missing: the list says what, language by language."))
    _set_status(staff, question, "ready")


def hold_back(staff: Staff, question: Question) -> None:
    """Make it a draft again: the next training leaves it out."""
    _set_status(staff, question, "draft")


def delete(staff: Staff, question: Question) -> None:
    """Remove a draft with its wordings. Raises `Invalid` for one that may have been learnt: that one is retired instead."""
    if question.status != "draft":
        raise Invalid(lazy_gettext("A question that is taught is retired, not deleted."))
    for row in db.session.scalars(select(Example).where(Example.intent == question.intent)):
        db.session.delete(row)
    record(service.actor(staff), "question.deleted", question)
    db.session.delete(question)
    db.session.flush()


def _set_status(staff: Staff, question: Question, status: str) -> None:
    question.status, question.updated_at = status, clock.now()
    db.session.flush()
    record(service.actor(staff), f"question.{status}", question)


def _titles(written: Mapping[str, str]) -> dict[str, str]:
    """Titles without blanks around them. Raises `Invalid` for one that no button holds."""
    titles = {language: " ".join(text.split()) for language, text in written.items() if text.strip()}
    if any(len(text) > LONGEST_TITLE for text in titles.values()):
        raise Invalid(lazy_gettext("A title stands on a button: at most 60 characters."))
    return titles


def slug_of(title: str) -> str:
    """A name of small letters, digits and _ that begins with a letter: 'Får jag ta med hund?' is far_jag_ta_med_hund."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_").lstrip("0123456789_")[:40].strip("_") or "question"


def _free_slug(titles: Mapping[str, str]) -> str:
    base = slug_of(titles.get("en") or next(iter(titles.values())))
    taken = set(db.session.scalars(select(Question.slug))) | {name.removeprefix(COMPANY) for name in shipped().domain_intents}
    return next(name for name in (base, *(f"{base}_{n}" for n in range(2, 1000))) if name not in taken)
