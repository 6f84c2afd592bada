"""Candidates' messages that are kept for review, masked: what words and wordings are tried on."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from api.config import LANGUAGES
from api.db import db
from api.reviews.models import Review

MOST = 2000  # a language: enough to see what a word does, few enough to look through at once


def newest(languages: Iterable[str] = LANGUAGES, still_open: bool = False) -> list[tuple[str, str]]:
    """(language, text) of the newest messages of each language; `still_open`: only those that nobody has labelled."""
    wanted = (Review.status == "open",) if still_open else (Review.status != "erased",)
    found: list[tuple[str, str]] = []
    for language in languages:
        query = select(Review.language, Review.text).where(Review.language == language, *wanted)
        found += [(row.language, row.text) for row in db.session.execute(query.order_by(Review.asked_at.desc()).limit(MOST))]
    return found
