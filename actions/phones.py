"""Telephone numbers in a message."""

from __future__ import annotations

import re

# +358 50 000 0705, 0046…, 070-174 06 51: with a country's number or a leading 0, which no amount of money has.
_PHONE = re.compile(r"(?<![\w.,:+-])(?:\+|00|0)[\d(](?:[ \u00a0()/-]{0,2}\d){5,14}(?![\w:])")
_OTHERWISE = re.compile(r"\d{4}-\d{4}|\d{2}[ -]\d{2}[ -](?:19|20)\d\d|\d{6}-\d{4}")  # hours, a date, a personal number
_FEWEST, _MOST = 7, 15


def spans(text: str) -> list[tuple[int, int]]:
    """Where telephone numbers stand in a text, as (start, end)."""
    return [match.span() for match in _PHONE.finditer(text) if _is_phone(match.group())]


def first(text: str) -> str | None:
    """The first telephone number in a text, as written."""
    return next((text[start:end] for start, end in spans(text)), None)


def _is_phone(found: str) -> bool:
    return _FEWEST <= len(re.sub(r"\D", "", found)) <= _MOST and not _OTHERWISE.fullmatch(found)
