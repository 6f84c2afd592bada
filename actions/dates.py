"""Dates and times as people say them in Swedish, Finnish and English."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_date, format_time

from actions import texts

FINNISH_ON = ["maanantaina", "tiistaina", "keskiviikkona", "torstaina", "perjantaina", "lauantaina", "sunnuntaina"]


def day(value: str | date, language: str, today: date) -> str:
    """'fredag 27 november', 'perjantaina 27.11', 'Friday 27 November'; the year when it differs.

    In Finnish the last full stop is left to the sentence, which ends with the date.
    """
    when = as_date(value)
    other_year = when.year != today.year
    if language == "fi":
        return f"{FINNISH_ON[when.weekday()]} {format_date(when, 'd.M.y' if other_year else 'd.M', 'fi')}"
    return format_date(when, "EEEE d MMMM y" if other_year else "EEEE d MMMM", language)


def full_day(value: str | date, language: str) -> str:
    """A date with its year: '1 oktober 2026', '1.10.2026', '1 October 2026'."""
    return format_date(as_date(value), "d.M.y" if language == "fi" else "d MMMM y", language)


def moment(value: str, language: str, today: date) -> str:
    """A day and a time: 'fredag 27 november kl. 14.00', 'perjantaina 27.11. klo 14.00'."""
    said = day(value, language, today)
    full_stop = "." if language == "fi" and as_date(value).year == today.year else ""
    return texts.sentence("utter_part_moment", language, day=said + full_stop, clock=clock(value, language))


def clock(value: str | datetime, language: str) -> str:
    """'kl. 14.05', 'klo 14.05', '14:05', in the zone that the time was given in."""
    when = datetime.fromisoformat(value) if isinstance(value, str) else value
    pattern = "HH:mm" if language == "en" else "H.mm" if language == "fi" else "HH.mm"
    time = format_time(when, pattern, tzinfo=when.tzinfo, locale=language)
    return texts.sentence("utter_part_clock", language, time=time)


def as_date(value: str | date) -> date:
    """A date from ISO text; of a time, its day."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(value[:10])
