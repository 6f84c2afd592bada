"""What the studio's forms about questions send, read and tidied."""

from __future__ import annotations

from flask import request

from api.config import LANGUAGES
from api.errors import Invalid
from api.examples.corpus import Corpus, Row
from api.examples.questions import Draft


def draft() -> Draft:
    """The form of a company question: `title-sv`, `answer-sv`, `wordings-sv` (one a line) … and `note`."""
    return Draft(by_language("title"), by_language("answer"), {language: lines(f"wordings-{language}") for language in LANGUAGES}, request.form.get("note", ""))


def by_language(name: str) -> dict[str, str]:
    """`name-sv`, `name-fi`, `name-en`, as they were sent."""
    return {language: request.form[f"{name}-{language}"] for language in LANGUAGES if f"{name}-{language}" in request.form}


def lines(name: str) -> list[str]:
    """The lines of a field, without empty ones and without bullets that came along from elsewhere."""
    return [text for line in request.form.get(name, "").splitlines() if (text := bare(line))]


def bare(line: str) -> str:
    """A line without the blanks and the bullet around it."""
    return line.strip().removeprefix("•").removeprefix("- ").strip()


def chosen(held: Corpus) -> list[Row]:
    """The examples that were ticked, as `language:key`. Raises `Invalid` if there is none (any more)."""
    places = [tuple(value.split(":", 1)) for value in request.form.getlist("row")]
    rows = [held.rows[place] for place in places if len(place) == 2 and place in held.rows]
    if not rows:
        raise Invalid
    return rows
