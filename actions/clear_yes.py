"""Whether a yes is meant without conditions: what cannot be undone needs one that is.

A yes is clear when it says nothing more ("ja tack, radera allt"), or when nothing in it limits it. A condition
("om ni inte kan höja lönen"), an order ("först", "eka"), an exception ("but keep my application"), a wish ("haluisin
jutella jonkun kanssa") or a negation makes it unclear: better one question too many than an act too many.
"""

from __future__ import annotations

import re

# Words that add nothing to a yes, in whatever order they come.
_PLAIN = frozenset(
    """
    ja japp jo jepp jajamän jadå joda javisst absolut gärna okej ok okay visst självklart klart såklart tack snälla men bara gör det den dem
    kör på nu direkt genast allt allting alltihop jag är nog säker helt du ni kan får vill att med en gång hej då så fort som möjligt
    kyllä joo juu jep jees toki okei kiitos tehkää tee se ne niin vaan vain mut mutta nyt heti kaikki kaiken ole hyvä oon olen ihan
    varma voit haluan haluun saa saat
    yes yeah yep yup sure please but just do it that them go ahead definitely absolutely certainly of course everything all now right away
    i am i'm im sure quite totally very you can may want to thanks thank fine good oh well
    """.split()  # noqa: SIM905  a list of some hundred words is read more easily so
)
# What the acts themselves are called; "ansökan" limits an erasure, but not a withdrawal.
_OF_THE_ACT = {
    "erase": frozenset(
        """
        radera raderar raderas ta tar bort mina uppgifter data min info information om mig har konto mitt profil hela och hållet
        sparat sparar hos er era system register
        poista poistakaa poistaa tuhoa minun mun mua musta minusta tietoni tiedot tietoja tilini profiilini teillä teidän on mitä koko tallessa
        delete erase remove my me about have account profile info from here your systems stored and completely
        """.split()  # noqa: SIM905
    ),
    "withdraw": frozenset(
        """
        dra drar tillbaka återta avbryt ta tar bort min ansökan ansökningen
        peru peruuta perukaa perua vedä pois takaisin hakemus hakemuksen hakemukseni minun mun
        withdraw cancel take back my the application
        """.split()  # noqa: SIM905
    ),
}
_ACT = r"(?:to |att |att ni |ni |you to )*(?:radera[rs]?|tar? bort|dra tillbaka|återta|poist\w+|peru\w*|vetää|delete|erase|remove|withdraw|cancel)"

_HEDGES = re.compile(
    r"\?|\b(?:"
    # a condition
    r"om (?!mig\b|mej\b|oss\b|min\w?\b|mitt\b|det\W*$)|ifall|såvida|förutsatt|så länge|annars|beroende|"
    r"if|unless|provided|as long as|assuming|otherwise|depending|in case|"
    r"jos|mikäli|elle[inmt]\w*|jolle[inmt]\w*|kunhan|edellyttäen|muuten|"
    # a limit or an exception
    r"men|fast|däremot|utom|förutom|undanta\w*|but|though|although|except|however|apart from|other than|"
    r"mut|mutta|muttei|paitsi|lukuun ottamatta|"
    r"(?<!vill )bara|endast|enbart|en del|vissa|delvis|only|just (?:the|my|not)|some of|part of|partly|"
    r"vain|ainoastaan|pelkästään|pelkkä\w*|os(?:a|an|aa|ittain)|"
    # what must come before, or a later time
    r"först|innan|förrän|tills|senare|efteråt|efter (?:att|det)|så (?:fort|snart) (?!som möjligt)|när (?:ni|du|jag|han|hon|de|kopian)|i ?morgon|"
    r"first|firstly|before|beforehand|until|till you|afterwards|later|after (?:you|i|that|the copy|my copy|getting|receiving)|"
    r"once (?:you|i)|as soon as (?!possible)|when (?:you|i|the|it|they|he|she)|(?<=\bok )when|(?<=\bokay )when|(?<=\byes )when|tomorrow|"
    r"ensin|eka|ekaks\w*|ekana|ennen\w*|kunnes|myöhemmin|vasta|sit(?:ten)? kun?|heti kun?|kun? (?:te|sä|olette|ootte|olet|oot)|huomenna|"
    # a wish for something else
    r"(?:skulle (?:vilja|behöva)|vill helst|hellre|haluaisin|haluisin|tahtoisin|mieluummin|mielummin|"
    rf"i'd (?:like|rather|prefer|love)|i would \w+|prefer)(?! {_ACT})|"
    r"(?:vill|want to|wanna|need to|måste|have to|haluun|haluan|pitää) (?:prata|snacka|tala|ha|veta|spara|behålla|vänta|talk|speak|know|keep|have|see|wait|get|"
    r"jutella|puhua|tietää|säilyttää|odottaa|saada)|"
    r"ge mig|skicka|mejla|maila|give me|send|mail me|email me|lähettä\w*|anna|antakaa|"
    # what is to stay
    r"behåll\w*|spara|låt|lämna|keep|save|leave|säästä\w*|säilyt\w*|jätä|jättäkää|pidä|pitäkää|"
    # a no
    r"nej|nope|älä|älkää|eikä|kanske|maybe|perhaps|ehkä|osäker|not sure|not yet|inte än\w*|(?:ei|en) (?:vielä|nyt|ihan|oikein|taida)|"
    r"(?<!i )(?<!you )(?<!they )(?<!we )(?:don'?t|do not)"
    r")(?:\b|(?<=\W))",
    re.IGNORECASE,
)
# Where reasons are welcome these belong to them: "ja, jag är inte intresserad längre".
_NEGATION = re.compile(r"\b(?:inte|ej|aldrig|not|never|no|ei|eivät|en (?:halu\w+|tahdo|ole|oo))\b|n't\b|^\W*\w+\W+en\b", re.IGNORECASE)
_NO_AFTER_YES = re.compile(
    r"^\W*\w+\W+(?:inte|ej|not|never|no|ei)\b(?!.*\b(?:längre|mer|enää|kiinnosta\w*|intress\w+|anymore|any more|longer|interested)\b)", re.I
)
_AGAIN = re.compile(rf"\b{_ACT}\b", re.IGNORECASE)
_WORD = re.compile(r"[\w']+")


def is_plain(text: str, act: str) -> bool:
    """Whether every word only says yes to the act ('erase', 'withdraw') or names it."""
    known = _PLAIN | _OF_THE_ACT.get(act, frozenset())
    return all(word in known for word in _WORD.findall(text.lower().replace("’", "'"))) and "?" not in text


def names_act(text: str) -> bool:
    """Whether the act is said again: with other words beside it, it may be of something else ("ja, radera chatten")."""
    return bool(_AGAIN.search(text))


def is_limited(text: str, act: str, reasons: bool = False) -> bool:
    """Whether a yes comes with a condition, a limit, an order, another wish or a no.

    With `reasons`, a negation may tell why and doesn't count unless it follows the yes at once.
    """
    said = text.replace("’", "'")
    if is_plain(said, act):
        return False
    return bool(_HEDGES.search(said) or (_NO_AFTER_YES if reasons else _NEGATION).search(said))
