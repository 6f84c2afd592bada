"""Whether a message names a day or a time ('torsdag eftermiddag', 'ensi viikolla', 'Monday at 10')."""

from __future__ import annotations

import re

_TIME = re.compile(
    r"\b(?:måndag|tisdag|onsdag|torsdag|fredag|lördag|söndag|imorgon|i morgon|övermorgon|nästa vecka|"
    r"förmiddag|eftermiddag|lunch|kväll|morgon|januari|februari|mars|april|maj|juni|juli|augusti|"
    r"september|oktober|november|december|vecka \d+|"
    r"maanantai|tiistai|keskiviik|torstai|perjantai|lauantai|sunnuntai|huomen|ylihuomen|ensi viik|"
    r"seuraava\w* viik|aamu|iltapäiv|ilta|tammikuu|helmikuu|maaliskuu|huhtikuu|toukokuu|kesäkuu|"
    r"heinäkuu|elokuu|syyskuu|lokakuu|marraskuu|joulukuu|viikolla|klo|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|next week|morning|afternoon|"
    r"evening|noon|january|february|march|june|july|august|october)\w*|"
    r"\b\d{1,2}[.:]\d\d\b|\b\d{1,2}[./]\d{1,2}\b|\bkl\.? ?\d{1,2}\b|\bat \d{1,2}\b|\b\d{1,2} ?(?:am|pm)\b",
    re.IGNORECASE,
)


def names_time(text: str) -> bool:
    """True when a day, a part of one, a date or a clock time is named."""
    return _TIME.search(text) is not None
