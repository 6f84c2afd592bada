"""'The second one', 'den andra', 'toinen': which item of a list is meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

# Phrases that name a place in a list that has just been shown.
_SAID = {
    1: r"de[nt] första|den förste|nummer ett|nr 1|ettan|1:an|första (?:jobbet|tjänsten|rollen|alternativet)|"
    r"ensimmäi\w+|eka\w{0,3}|ykkö\w+|numero yksi|the first|first (?:one|role|job)|number one|1st",
    2: r"den andra|(?<!finns )(?<!är )det andra|den andre|nummer två|nr 2|tvåan|2:an|andra (?:jobbet|tjänsten|rollen|alternativet)|"
    r"toi(?:nen|sen|sesta|seen|sessa|sta)|toka\w{0,3}|kakko\w+|numero kaksi|"
    r"the second|second (?:one|role|job)|number two|2nd",
    3: r"de[nt] tredje|nummer tre|nr 3|trean|3:an|tredje (?:jobbet|tjänsten|rollen|alternativet)|"
    r"kolma(?:s|nnen|nnesta|nteen|tta)|kolmo\w+|numero kolme|the third|third (?:one|role|job)|number three|3rd",
    4: r"de[nt] fjärde|nummer fyra|nr 4|fyran|4:an|fjärde (?:jobbet|tjänsten|rollen|alternativet)|"
    r"neljä(?:s|nnen|nnestä|nteen|ttä)|nelo\w+|numero neljä|the fourth|fourth (?:one|role|job)|number four|4th",
    5: r"de[nt] femte|nummer fem|nr 5|femman|5:an|femte (?:jobbet|tjänsten|rollen|alternativet)|"
    r"viide(?:s|nnen|nnestä|nteen|ttä)|vito\w+|numero viisi|the fifth|fifth (?:one|role|job)|number five|5th",
    -1: r"de[nt] sista|sista (?:jobbet|tjänsten|rollen|alternativet)|nedersta|viimei(?!stään)\w+|vika\w{0,3}|alin|"
    r"the last|last (?:one|role|job)|bottom one",
}
# 'den första intervjun', 'viimeinen hakupäivä', 'the first step': a place in something else.
_NOT_OF_LIST = (
    r"(?!\s+(?:\w*(?:dag|intervju|steg|kontakt|månad|vecka|gång|ansök|möte|omgång|samtal|chans|datum|tillfäll|minut|"
    r"haast|päiv|vaih|kuukau|kerta|kerra|viik|haku|yhtey|kierro|askel|hetk|minuut|mahdollis|"
    r"interview|day|date|step|stage|round|month|week|time|contact|call|chance|moment|minute|possible)))"
)
_PATTERNS = {n: re.compile(rf"(?<!\w)(?:{said})(?!\w){_NOT_OF_LIST}") for n, said in _SAID.items()}
_BARE = re.compile(r"^\W*(?:nr|no|numero|nummer|number|#)?\W*([1-9])\W*$")
_LONGEST = 9  # in a longer message such words mostly speak of something else


def ordinal_in(text: str) -> int | None:
    """1, 2, … or -1 for the last; None where no place in a list is named."""
    folded = text.casefold()
    bare = _BARE.match(folded)
    if bare:
        return int(bare.group(1))
    if len(folded.split()) > _LONGEST:
        return None
    return next((n for n, pattern in _PATTERNS.items() if pattern.search(folded)), None)


def pick(items: Sequence[T], ordinal: int | None) -> T | None:
    """The item that an ordinal names, if the list is that long."""
    if not items or ordinal is None or ordinal == 0 or abs(ordinal) > len(items):
        return None
    return items[ordinal - 1] if ordinal > 0 else items[ordinal]


def only_ordinal(text: str) -> bool:
    """Whether a short message says little more than a place in a list ('jag tar den andra')."""
    return ordinal_in(text) is not None and len(text.split()) <= 4
