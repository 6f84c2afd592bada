"""Whose language the gateway answers in."""

from __future__ import annotations

from collections.abc import Container

from flask import g, has_request_context, request

from api.config import LANGUAGES


def language() -> str:
    """The reader's language: what a view has set, the `language` parameter, or the browser's wish."""
    if not has_request_context():
        return "en"  # commands and the worker speak English unless they choose
    chosen = g.get("language") or request.args.get("language", "")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "en"


def nearest(available: Container[str], wanted: str) -> str | None:
    """Of the languages that a text exists in: the wanted one, else English, Swedish, Finnish; None if in none."""
    return next((code for code in (wanted, "en", "sv", "fi") if code in available), None)
