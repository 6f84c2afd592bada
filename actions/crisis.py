"""Words of suicide: found by fixed rules before anything is guessed, and answered before anything else.

The rules want a first person who means it. Figures of speech ("jag dör av nyfikenhet", "I don't want to live in Stockholm") are none.
"""

from __future__ import annotations

import re

from actions.handing_over import hand_over
from actions.turn import Turn

INTENT = "request_human"  # what such a message is taken for, whatever it says besides

_HERE = r"(?!\W+(?:{})\b)".format  # not followed by these words: it is about where or how one lives
_SV = (
    r"\b(?:jag|ja) (?:vill|önskar(?: att)? jag fick|längtar efter att|tänker på att) (?:(?!inte|aldrig|ej)\w+ ){0,2}dö\b" + _HERE("av|än|för"),
    r"^\W*vill (?:(?!inte|aldrig|ej)\w+ ){0,1}dö\b" + _HERE("av|än|för"),
    r"\b(?:orkar|vill|pallar) (?:inte|ej|ente|int) (?:(?:längre|mer|ens|fortsätta|att) )*leva\b"
    + _HERE("på|i|med|av|ensam|från|under|som|utan|(?:längre|mer) (?:på|i|med|av|ensam|från|under|som|utan)"),
    r"\bjag\b[^.!?\n]{0,40}\bta(?:r|git)? (?:livet av mig|mitt (?:eget )?liv)\b" + _HERE("i (?:en|ny|egna)|till|tillbaka|vidare"),
    r"^\W*(?:ska |vill )?tar? livet av mig\b",
    r"\b(?:tar|tänker|vill|ska|kommer) jag (?:\w+ ){0,2}(?:ta )?(?:livet av mig|mitt (?:eget )?liv)\b",
    r"\b(?:begå|begår|tänker på|tänkt på|tankar på|tankar om|överväger|planerar|planerat|funderar på) (?:att begå |mitt )?självmord\b",
    r"\bjag (?:(?:har|får|är) (?:\w+ ){0,2})självmords(?:tankar|benägen)\b",
    r"\bjag\b[^.!?\n]{0,30}\b(?:vill|ska|tänker|kommer(?: att)?|kommer jag(?: att)?) (?:\w+ )?(?:döda|hänga|skada|göra illa) mig(?: själv)?\b"
    + _HERE("på|kvar|fast|med|upp|ut|i|vid|själv på"),
    r"\b(?:dödar|hänger) jag mig\b" + _HERE("på|kvar|fast|med|upp|ut|i|över"),
    r"\b(?:önskar|bättre)\b[^.!?\n]{0,20}\bjag (?:var|vore) död\b" + _HERE("trött"),
    r"\b(?:inget|ingenting|inte något|inte nåt) (?:mer |kvar )?att leva för\b",
    r"\binte (?:\w+ )?värt att leva\b|\bingen (?:mening|anledning|poäng) (?:med )?att (?:fortsätta )?leva\b" + _HERE("på|i|med|som"),
    r"\bjag vill (?:bara )?göra slut på allt\b|\bjag (?:skär|brukar skära) mig(?: själv)?(?=\W*$)",
    r"\b(?:avsluta|göra slut på) mitt (?:eget )?liv\b",
    r"\bjag vill inte (?:finnas (?:till )?|existera |vakna )(?:längre|mer|igen)\b" + _HERE("i|med|hos|på|kvar"),
    r"\bjag\b[^.!?\n]{0,20}\bhoppar? framför (?:ett |en )?(?:tåg|tunnelbana)",
)
_FI = (
    r"\b(?:haluan|haluun|haluu|haluaisin|haluisin|tahdon|tahtoisin|toivon että saisin) (?:(?!en|ei)\w+ ){0,2}kuolla\b"
    + _HERE(r"\w*(?:nauru|tylsyy|uteliaisuu|häpeä|nälkä)\w*|ennen"),
    r"\b(?:en|emmä|em) (?:(?:mä|mää|minä|vaan|vain|enää|enään|oikeasti|oikeesti|yhtään) ){0,3}(?:jaksa|jaksais\w*|halua|haluu|haluais\w*|tahdo)"
    r"(?: (?:mä|enää|enään|vaan|yhtään|tätä)){0,2} (?:elää|elämää)\b" + _HERE(r"(?:enää )?(?:\w+(?:ssa|ssä|lla|llä|sta|stä)|yksin|näin (?!enää)\w+)"),
    r"\b(?:tapan|tappaa|tappaisin|hirtän|hirttää|ammun) (?:\w+ )?(?:itseni|itteni)\b",
    r"\b(?:teen|tehdä|tekisin|harkitsen|harkinnut|mietin|miettinyt|ajattelen|ajatellut|suunnittelen|yritin|yrittänyt) (?:\w+ )?itsemurha\w*",
    r"\bitsemurha-?ajatuk\w+",
    r"\b(?:olen|oon) (?:\w+ )?itsetuhoi\w+",
    r"\b(?:päättää|päätän|lopettaa|lopetan) päiväni\b|\b(?:lopettaa|lopetan) elämäni\b",
    r"\b(?:toivon|toivoisin|parempi|parempi jos|kunpa)\b[^.!?\n]{0,20}\b(?:olisin|olla|olevani) kuollut\b|\bolisinpa kuollut\b",
    r"\bhyp(?:pään|päisin|ätä) junan alle\b|\bve(?:dän|tää) (?:itseni|itteni) (?:hirteen|kiikkuun|narun jatko\w+)",
    r"\b(?:ei|eikä|en) (?:ole|oo|näe|nää) (?:enää )?(?:mitään |mitää )?(?:syytä|järkeä) (?:enää )?elää\b" + _HERE(r"\w+(?:ssa|ssä|lla|llä)"),
    r"\bei (?:ole|oo) (?:enää )?(?:mitään|mitää) minkä (?:takia|vuoksi) elää\b|\bei (?:ole|oo) elämisen arvoi\w+",
    r"\b(?:haluan|haluun|aion|tekee mieli) (?:\w+ )?(?:satuttaa|vahingoittaa|viiltää|viillellä) (?:itseäni|itteäni)\b|\bviiltelen\b",
    r"\ben (?:halua|haluu|haluaisi|jaksa) (?:enää )?(?:olla )?(?:enää )?(?:olemassa|hengissä)\b" + _HERE(r"\w+(?:ssa|ssä|lla|llä)"),
)
_EN = (
    r"\b(?:i|i'm|im|i'll|i'd)\b[^.!?\n]{0,40}\b(?:kill|killing|hang|hanging|drown) myself\b"
    + _HERE("over|working|commuting|for|with|trying|laughing|up|out|on|in"),
    r"^\W*(?:(?:just|gonna|going to|will|want to|wanna) )*(?:kill|hang) myself\b" + _HERE("over|working|commuting|for|with|trying|laughing"),
    r"\b(?:i|i'm|i'll|want to|wanna|going to|gonna|about|of)\b[^.!?\n]{0,25}\b(?:end|ending) (?:my (?:own )?life|it all)\b",
    r"\b(?:take|taking) my (?:own life\b|life(?=\W*(?:$|[.,!?;]|if\b|because\b|tonight\b|today\b)))",
    r"\bi(?:'?m| am| feel| have been|'ve been|'ve felt) (?:\w+ )?suicidal\b|\b(?:i have|i'm having|i've had|having|my) suicidal thoughts\b",
    r"\b(?:commit|committing|attempt|attempted|considering|contemplating|thinking (?:about|of)|thoughts of) (?:committing )?suicide\b",
    r"\bi (?:(?:just|really|only|honestly|kinda|actually) )*(?:want to|wanna|wish to|wanted to|wish i could|would rather|'d rather) (?:just )?die\b"
    + _HERE("of|from|laughing|on|hard|for"),
    r"^\W*(?:just )?(?:want to|wanna) die\b" + _HERE("of|from|laughing|on"),
    r"\b(?:don'?t|do not|no longer|not) (?:(?:really|even) )?(?:want to|wanna|feel like) (?:live|living|be alive|exist|go on living)"
    r"(?=\s*(?:$|[.,!?;]|any ?more\W*(?:$|if\b|because\b)|any longer|if\b|because\b|cos\b))",
    r"\bcan'?t go on living\b" + _HERE("in|on|with|here|there|at"),
    r"\bi(?:'d|'m| would be| am)? (?:be )?better off dead\b|\bi wish i (?:was|were) dead\b|\bi wish i(?: was|'d|'d been| had) never (?:been )?born\b",
    r"\bnothing (?:left )?to live for\b|\b(?:no|don'?t see (?:a|any|the)|what'?s the|what is the) (?:reason to live|point (?:in|of) living)\b"
    + _HERE("in|on|with|here|there|at|near"),
    r"\blife (?:is not|isn'?t|is no longer|no longer is) worth living\b",
    r"\bi (?:\w+ )?(?:want to|wanna|am going to|will) (?:hurt|harm|cut) myself\b" + _HERE("off|out|from|some|a"),
)
_WORDS = re.compile("|".join((*_SV, *_FI, *_EN)), re.IGNORECASE | re.MULTILINE)
_NOT_MEANT = re.compile(
    r"\b(?:don'?t|do not|not|won'?t|never) (?:(?:going to|gonna|want to|wanna|will) )?(?:kill|hang|hurt|harm|cut) myself\b",
    re.IGNORECASE,
)


def found_in(text: str) -> bool:
    """Whether somebody writes that they want to die or to harm themselves, in any of the three languages."""
    plain = " ".join(text.replace("’", "'").replace("´", "'").replace("`", "'").split())
    return _WORDS.search(_NOT_MEANT.sub(" ", plain)) is not None


def answer(turn: Turn) -> None:
    """Who helps now, and a person of the recruiting team at once; whatever was going on is left."""
    for slot in ("open_offer", "pending_question"):
        turn.remember(slot, None)
    turn.remember("misunderstandings", 0)
    note = "The candidate writes about not wanting to live. They have been given 112 and a crisis line. Please answer at once."
    hand_over(turn, "asked_for_person", "utter_crisis", priority="high", note=note)
