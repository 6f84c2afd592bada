"""Days and times in a message ('torsdag eftermiddag', 'ensi viikolla', 'Monday at 10'), and whether they are wished for."""

from __future__ import annotations

import re

_WEEKDAYS = tuple(
    f"{sv}|{fi}|{en}"
    for sv, fi, en in (
        ("måndag", "maanantai", "monday"),
        ("tisdag", "tiistai", "tuesday"),
        ("onsdag", "keskiviik", "wednesday"),
        ("torsdag", "torstai", "thursday"),
        ("fredag", "perjantai", "friday"),
        ("lördag", "lauantai", "saturday"),
        ("söndag", "sunnuntai", "sunday"),
    )
)
_DAY = rf"(?:{'|'.join(_WEEKDAYS)})"
_TIME = re.compile(
    rf"\b(?:{_DAY}|imorgon|i morgon|övermorgon|nästa vecka|"
    r"förmiddag|eftermiddag|lunch|kväll|morgon|januari|februari|mars|april|maj|juni|juli|augusti|"
    r"september|oktober|november|december|vecka \d+|"
    r"huomen|ylihuomen|ensi viik|"
    r"seuraava\w* viik|aamu|iltapäiv|ilta|tammikuu|helmikuu|maaliskuu|huhtikuu|toukokuu|kesäkuu|"
    r"heinäkuu|elokuu|syyskuu|lokakuu|marraskuu|joulukuu|viikolla|klo|"
    r"tomorrow|next week|morning|afternoon|"
    r"evening|noon|january|february|march|june|july|august|october)\w*|"
    r"\b\d{1,2}[.:]\d\d\b|\b\d{1,2}[./]\d{1,2}\b|\bkl\.? ?\d{1,2}\b|\bat \d{1,2}\b|\b\d{1,2} ?(?:am|pm)\b",
    re.IGNORECASE,
)
_CLAUSES = re.compile(
    r"[,;!?\n]+|\.(?!\d)|\b(?:men|utan|så|och|but|so|and|mutta|mut|vaan|joten|ja)\b|"
    r"(?=\b(?:kan|kunde|skulle|går det|can|could|would)\b(?!['’]|not))|(?=\bvoi\w*ko\w*\b)",
    re.IGNORECASE,
)
_CANNOT = re.compile(
    r"\b(?:inte|ej|förhinder|förhindrad|upptagen|en|ei|emme|estynyt|este|not|cannot|unable|busy)\b|n['’]t\b|\b(?:cant|wont|doesnt|dont)\b",
    re.IGNORECASE,
)
_MOVES = r"(?:flytta\w*|bytt?a?|ändr\w+|boka om|omboka\w*|skjuta \w+|mov\w+|chang\w+|reschedul\w+|re-schedul\w+|postpon\w+|push\w*)"
_INTERVIEW = r"(?:\w*intervju\w*|interviews?|\w*haastattelu\w*)"
# What a message says of the time that is booked, not of the one that is wished for.
_OF_THE_BOOKED = re.compile(
    rf"\b{_MOVES}\s+(?:\w+\s+)?{_INTERVIEW}\s+(?:på|den|nu på|on|this)\s+{_DAY}\w*|"
    rf"\b{_DAY}(?:ens|s|n|['’]s)?\s+{_INTERVIEW}|\b(?:från|ifrån|from|i ?stället för(?: på)?|instead of(?: on)?)\s+{_DAY}\w*|"
    rf"\b{_DAY}\w*(?:lta|sta)\b|\b{_DAY}n? (?:sijaan|sijasta)",
    re.IGNORECASE,
)
_WISHES = re.compile(
    rf"\b(?:{_MOVES}|kan|kunde|skulle|går (?:det|bra|fint)|funkar|passar|hellre|helst|gärna|i ?stället|föredrar|önskar|vill|"
    r"siir\w+|vaih\w+|muut\w+|voi\w*|kävi\w*|käy\w*|sopi\w*|sovi\w+|mielu\w+|ehdi\w*|pääs\w+|sijaan|sijasta|tilalle|"
    r"can|could|may|would|works?|suits?|instead|rather|prefer\w*|how about|what about|possible|available|free|want|like)\b|"
    rf"\b(?:till|to|until)\s+(?:på\s+)?{_DAY}|\b{_DAY}\w*(?:lle|ksi)\b",
    re.IGNORECASE,
)
_ANOTHER = re.compile(r"\b(?:i ?stället|nästa|instead|next|sen sijaan|tilalle|ensi|seuraava\w*|annan|toise\w+|other)\b", re.IGNORECASE)
_TELLS = re.compile(r"\b(?:jag|är|har|minulla|mulla|olen|oon|on|i|am|is|have)\b", re.IGNORECASE)
_SHORT = 4  # words: such a clause with a time in it, which tells nothing, is the wish itself


def names_time(text: str) -> bool:
    """True when a day, a part of one, a date or a clock time is named."""
    return _TIME.search(text) is not None


def wishes_time(text: str, booked_weekday: int) -> bool:
    """Whether another time is asked for than the one that is booked (0 is Monday).

    'Jag har en intervju på måndag' only tells of one, 'I can't on Monday' says when not: then when to has to be asked.
    """
    return any(_wishes(clause, booked_weekday) for clause in _CLAUSES.split(_OF_THE_BOOKED.sub(" ", text)) if clause)


def _wishes(clause: str, booked_weekday: int) -> bool:
    if _CANNOT.search(clause):
        return False
    tells = _TELLS.search(clause) or re.search(_INTERVIEW, clause, re.IGNORECASE)
    wishes = _WISHES.search(clause) or (len(clause.split()) <= _SHORT and not tells)
    booked = rf"\b(?:{_WEEKDAYS[booked_weekday]})\w*"
    other = clause if _ANOTHER.search(clause) else re.sub(booked, " ", clause, flags=re.IGNORECASE)
    return bool(wishes) and names_time(other)
