"""Whose language the gateway answers in, and short dates in it."""

from __future__ import annotations

from collections.abc import Container
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
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


def short_day(day: date, locale: str, weekday: bool = False, year: bool = False) -> str:
    """'27 Nov', 'Fri 27 Nov' or '27 Nov 2026' as the language writes it. Finnish has numbers: names of months would need a case."""
    pattern = f"{'EEE ' if weekday else ''}{'d.M.' if locale == 'fi' else 'd MMM'}{'' if not year else 'y' if locale == 'fi' else ' y'}"
    return str(format_date(day, pattern, locale=locale))


def day_and_time(at: datetime, zone: ZoneInfo, locale: str) -> str:
    """'27 Nov 14:05' in a zone."""
    local = at.astimezone(zone)
    return f"{short_day(local.date(), locale)} {format_time(local, 'HH:mm', locale=locale)}"
