"""Somebody else than the one who was proven speaks ('I'm not Noora', 'that's my sister's application')."""

from __future__ import annotations

import re

from actions import replies, senders
from actions.turn import Turn

_KIN_SV = r"(?:min|mitt|mina) (?:\w+ )?(?:syster|syrra|bror|brorsa|mamma|pappa|man|fru|sambo|dotter|son|kompis|vän|väninna|kollega)s"
_KIN_FI = r"(?:mun |minun )?(?:sisko|velje|äidi|isä|miehe|vaimo|puoliso|tyttäre|poja|kaveri|ystävä)n(?:i)?"
_KIN_EN = r"my (?:\w+ )?(?:sister|brother|mother|mum|mom|father|dad|husband|wife|partner|daughter|son|friend|colleague|flatmate|roommate)['’]?s"
_SV, _FI, _EN = r"(?:ansökan|ansökningar|uppgifter)", r"(?:hakemu\w*|tiedot|tietoja)", r"(?:applications?|data|details)"
_END = r"\s*(?:[.,!?]|$)"
_NOT_ME = re.compile(
    rf"\b(?:det|den)(?: där| här)? (?:är|var) (?:inte jag|inte min ansökan|{_KIN_SV}(?: {_SV})?){_END}|\bni har fel person\b|"
    rf"\b(?:se|tuo|toi|tää|tämä)(?: hakemus)? (?:on|oli) {_KIN_FI}(?: {_FI})?{_END}|"
    rf"\b(?:se|tuo|toi|tää|tämä) (?:en (?:ole|oo) (?:minä|mä)|ei (?:ole|oo) (?:minun |mun )hakemu\w*){_END}|\bteillä on väärä (?:henkilö|ihminen)\b|"
    rf"\b(?:that|this|it)(?:['’]s| is| was) (?:not me|not my application|{_KIN_EN}(?: {_EN})?){_END}|"
    r"\b(?:you have|you['’]ve got|you got|that is|that['’]s|this is) the wrong person\b",
    re.IGNORECASE,
)
_I_AM = re.compile(r"\b(?:jag är|jag heter|(?:minä |mä )?(?:olen|oon)|i['’]?m|i am|this is)\s*:?\s*$", re.IGNORECASE)
_I_AM_NOT = r"\b(?:jag är inte|jag heter inte|(?:minä |mä )?en (?:ole|oo)|i['’]?m not|i am not|(?:my name|this) is(?:n['’]t| not))\s+(?:mikään |någon |ju )?"


def speaks(turn: Turn) -> bool:
    """Whether the words say that the one who was proven is not the one who writes."""
    if not turn.verified or not turn.text:
        return False
    return bool(_NOT_ME.search(turn.text)) or _is_no_such_name(turn) or _names_own_address(turn)


def _is_no_such_name(turn: Turn) -> bool:
    """'I'm not Noora': the name stands in the proven address."""
    proven = str(turn.slot("email") or "").partition("@")[0].casefold()
    names = [name for name in re.findall(r"[^\W\d_]+", proven) if len(name) >= 3]
    return bool(names) and re.search(rf"{_I_AM_NOT}(?:{'|'.join(map(re.escape, names))})\b", turn.text, re.IGNORECASE) is not None


def _names_own_address(turn: Turn) -> bool:
    address, proven = senders.email_in(turn.text), turn.slot("email")
    if not address or not proven or address.casefold() == str(proven).casefold():
        return False
    return _I_AM.search(turn.text[: turn.text.index(address)]) is not None


def begin_anew(turn: Turn) -> None:
    """Forget whose matters were talked about, and ask who it is."""
    replies.effect(turn, "verification_end")
    for slot in ("open_offer", "asked_for", "role_ref", "roles_shown", "roles_found", "already_asked", "email"):
        turn.remember(slot, None)
    turn.remember("pending_question", {"intent": "ask_application_status"})
    replies.say(turn, "utter_another_person")
    turn.next_action = "verification_form"
