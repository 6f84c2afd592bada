"""What sounds like wanting a withdrawn application back."""

from __future__ import annotations

import re

_BY_MISTAKE = re.compile(
    r"\b(?:ångra\w*|av misstag|misstag|råka\w*|oj|ojdå|hoppsan|tryckte fel|klicka\w* fel|"
    r"vahingossa|epähuomiossa|vahinko|hups\w*|kadu\w*|kaduttaa|"
    r"by (?:mistake|accident)|mistake|accident\w*|oops|whoops|regret\w*|didn'?t mean to)\b",
    re.IGNORECASE,
)
_WITHDREW = re.compile(
    r"\b(?:drog (?:jag |den |ansökan |min ansökan |in )*tillbaka|dragit (?:den |ansökan |min ansökan )?tillbaka|tillbakadrag\w*|"
    r"dra(?:ga)? tillbaka (?:den |ansökan |min ansökan )?av misstag|"
    r"peruin|peruutin|perunut|perunu|peruuttanut|peruttu\w*|perumi\w*|peruutu\w*|"
    r"withdrew|withdrawn|withdrawing|withdrawal|cancell?ed)\b",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"\b(?:lägg\w*|sätt\w*|få)\b.{0,30}\btillbaka\b|\båterställ\w*|\båteruppta\w*|\bvara med igen\b|"
    r"\b(?:palaut\w*|takas|takasin|takaisin)\b|"
    r"\b(?:put|get|have|take)\b(?:(?!\bjob|\bpost).){0,25}\bback\b|\b(?:undo|undone|reinstate\w*|restore\w*|reactivate\w*|un-?withdraw)\b",
    re.IGNORECASE,
)
_CLEARLY = re.compile(
    r"\bångrar mig\b(?!.*\bvill int)|\b(?:ångrar det|kadun sitä|kaduttaa|av misstag|tryckte fel|klickade fel|vahingossa|epähuomiossa)\b|"
    r"\b(?:by (?:mistake|accident)|accidentally|didn'?t mean to)\b|^\W*(?:hups\w*|oops|whoops|hoppsan)\b",
    re.IGNORECASE,
)
_APPLIED = re.compile(r"\b(?:sökt\w*|söka|ansökte|hain|haki\w*|hakenut|hakea|applied|applying|apply)\b", re.IGNORECASE)
_ANOTHER_MATTER = re.compile(r"intervju|haastattel|interview|nyhetsbrev|uutiskirje|newsletter|beställ|tilauk|\border", re.IGNORECASE)


def wants_it_back(text: str) -> bool:
    """Whether a message regrets a withdrawal and says so: 'I withdrew by mistake', 'can you put my application back'."""
    mistake, withdrew, back = (bool(pattern.search(text)) for pattern in (_BY_MISTAKE, _WITHDREW, _BACK))
    return mistake + withdrew + back >= 2 and not _ANOTHER_MATTER.search(text)  # each alone may be about anything


def regrets(text: str) -> bool:
    """The same where a withdrawal has just been talked of: 'ångrar mig', 'undo', 'by mistake' are enough.

    'Jag sökte av misstag' and the like tell why one withdrew.
    """
    if wants_it_back(text) or _BACK.search(text):
        return True
    short = len(text.split()) <= 4 and _BY_MISTAKE.search(text)
    return bool(short or _CLEARLY.search(text)) and not _APPLIED.search(text)
