"""'And for that one?': the question asked last, of another role; and 'the warehouse one' inside a question."""

from __future__ import annotations

import re

from actions import places
from actions.role_lookup import Role, is_title_word, words_of

_NO = r"(?:nej|nä|nää|no|nope|ei|eiku|eikun|sorry|förlåt|anteeksi|ok|okej|aha|jaha)"
_AND = (
    r"och|å|men|för|(?:jag )?menar|(?:jag )?menade|hur är det (?:med|för)|entä|entäs|mites|mutta|mut|vaan|siis|tarkoitin|tarkoitan|"
    r"and|but|for|what about|how about|i mean|i meant"
)
_LEADS = {
    language: re.compile(rf"^\W*(?:(?:{_NO}\W+)+(?:{lead})?|(?:{lead}))(?!\w)", re.IGNORECASE)
    for language, lead in (("sv", _AND), ("en", _AND), ("fi", rf"(?:ja )?(?:{_AND})|ja"))  # 'ja' is a yes in Swedish
}
# Words that ask nothing by themselves, and those for a place in a list.
_FILLING = re.compile(
    r"den|det|de|dom|denna|i|på|för|om|då|jobbet|tjänsten|rollen|platsen|där|som|med|hos|"
    r"se|sen|siinä|siellä|siihen|siitä|sille|sitten|paikka|paikan|paikassa|työ|työn|työssä|homma|homman|tehtävä|tehtävän|"
    r"the|that|this|one|for|in|at|job|role|position|there|then|about|"
    r"första|andra|tredje|fjärde|femte|sista|ensimmäi\w+|eka\w{0,3}|toi(?:nen|sen|sessa|sesta|seen)|toka\w{0,3}|kolma\w+|"
    r"neljä\w+|viide\w+|viimei\w+|first|second|third|fourth|fifth|last|\d{1,2}",
    re.IGNORECASE,
)
# 'för den på lagret', 'the warehouse one', 'the one in Helsinki': a part of a question that says which role is meant.
_POINTS = re.compile(
    r"\b(?:den|för (?:jobbet|tjänsten|rollen))\s+(?:i|på|inom)\s+(\w+)|"
    r"\bthe\s+((?:\w+\s+){1,2})(?:one|job|role|position)\b|\b(?:one|for the (?:job|role|position))\s+(?:in|at)\s+(?:the\s+)?(\w+)|"
    r"\b(?:siellä|siinä)\s+(\w+)",
    re.IGNORECASE,
)
_LONGEST = 8


def after_lead(text: str, language: str) -> list[str]:
    """The words of a short message that goes on from what was asked before ('och för den i Göteborg?'), without what begins it."""
    lead = _LEADS[language].match(text)
    words = words_of(text[lead.end() :]) if lead else []
    return words if len(words) <= _LONGEST else []


def ask_nothing(words: list[str], roles: list[Role]) -> bool:
    """Whether words only say which role is meant."""
    return all(_FILLING.fullmatch(w) or places.towns_in(w) or any(is_title_word(w, role) for role in roles) for w in words)


def pointed_at(text: str) -> str:
    """The words of a question that say which role it is about; empty where there are none."""
    return " ".join(word for found in _POINTS.findall(text) for word in found if word)
