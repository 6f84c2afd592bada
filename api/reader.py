"""Whose language the gateway answers in."""

from __future__ import annotations

from flask import g, request

from api.config import LANGUAGES


def language() -> str:
    """The reader's language: what a view has set, the `language` parameter, or the browser's wish."""
    chosen = g.get("language") or request.args.get("language", "")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "en"
