"""Finding conversations by words in their messages and by candidates' names and addresses.

The index is the database's own (migration 0006): an expression index of PostgreSQL's, or SQLite's FTS5, kept by
triggers. Nothing here writes to it, so what is erased cannot be found any more.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, false, func, or_, select, table, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.sql import column

from api.candidates.models import Candidate
from api.conversations.models import Conversation, Message
from api.db import db, is_sqlite

MOST_WORDS = 8
LONGEST_WORD = 50
_WORD = re.compile(r"[^\W_]+")
_ACCENTS = re.compile("[\u0300-\u036f]")
_ROWS = table("search_rows", column("id"), column("owner"), column("conversation_id"))


def words(query: str) -> list[str]:
    """The words to look for, without accents: letters and digits only, so that nothing in them is an operator."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", query))
    found = dict.fromkeys(word[:LONGEST_WORD] for word in _WORD.findall(plain))
    return list(found)[:MOST_WORDS]


def matches(query: str) -> ColumnElement[bool]:
    """The condition for conversations in which every word of `query` begins a word of a message or of the candidate's name.

    Without a letter or digit in it nothing is found.
    """
    wanted = words(query)
    condition = _in_fts5 if is_sqlite() else _in_gin
    return and_(*(condition(word) for word in wanted)) if wanted else false()


def _in_gin(word: str) -> ColumnElement[bool]:
    wanted = func.to_tsquery("simple", f"'{word}':*")
    said = select(Message.conversation_id).where(_vector(Message.text).op("@@")(wanted))
    named = select(Candidate.id).where(_vector(Candidate.name + text("' '") + Candidate.email).op("@@")(wanted))
    return or_(Conversation.id.in_(said), Conversation.candidate_id.in_(named))


def _vector(said: Any) -> Any:
    return func.search_words(said, type_=TSVECTOR())


def _in_fts5(word: str) -> ColumnElement[bool]:
    found = text("SELECT rowid FROM search_words WHERE search_words MATCH :word").bindparams(bindparam("word", f'"{word}"*', unique=True))
    rows = _ROWS.c.id.in_(found.columns(column("rowid")))
    said = select(_ROWS.c.conversation_id).where(rows, _ROWS.c.conversation_id.is_not(None))
    return or_(Conversation.id.in_(said), Conversation.candidate_id.in_(select(_ROWS.c.owner).where(rows)))


def tidy() -> None:
    """Let SQLite's index forget for good what was removed from it; PostgreSQL does so by itself."""
    if is_sqlite():
        db.session.execute(text("INSERT INTO search_words (search_words) VALUES ('optimize')"))
