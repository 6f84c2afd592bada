"""A candidate who writes their mail address without being asked: that begins the proof of who they are."""

from __future__ import annotations

import re

from actions import senders
from actions.turn import Turn

_USUAL = "ask_application_status"
_UNCLEAR = frozenset(["nlu_fallback", "out_of_scope", "greet", "affirm", "chitchat", "thank"])
_LIKELY = 0.1  # from this confidence on, a private question is worth answering after the proof
_MINE = re.compile(
    r"\b(?:min|mitt|på) (?:e-?post|mejl|mail|adress)|\bjag (?:är|heter|sökte|har sökt)\b|\b(?:mun|minun|minä|mä|hain)\b|sähköpostini|osoitteeni|meilini|"
    r"\bmy (?:e-?mail|mail|address)|\bi'?m\b|\bi am\b|\bthis is\b|\bit'?s me\b|\bi applied\b",
    re.IGNORECASE,
)
_PROMISED = re.compile(r"lova|lupa|luvat|promis|hör\w* av|ring|otta\w* yhteyttä|soit|kirjoit|skriv|call|wrote|write|contact|heard", re.IGNORECASE)


def question_behind(turn: Turn, intent: str, private: frozenset[str]) -> str | None:
    """The `private` question to answer once the owner of the address is known; None if the message means something else.

    What else such an address may be is a sender to check: so it is if we have asked for one, or if that is clearly meant.
    """
    address = senders.email_in(turn.text)
    if turn.verified or not address:
        return None
    mine = _MINE.search(turn.text.replace("’", "'").replace(address, " ")) is not None
    asked = turn.slot("asked_for") or {}
    if asked.get("what") == "sender" and not mine:
        return None
    offered = next((name for name in asked.get("intents") or [] if name in private), None)
    if not re.search(r"\w", turn.text.replace(address, " ")):  # the NLU has nothing but the letters of a name to go by
        return offered or _USUAL
    if intent not in _UNCLEAR:
        return None
    likely = offered or _likeliest(turn, private)
    if not mine:
        return likely
    return likely or ("ask_next_contact" if _PROMISED.search(turn.text.replace(address, " ")) else _USUAL)


def _likeliest(turn: Turn, private: frozenset[str]) -> str | None:
    ranking = turn.parse.get("intent_ranking") or []
    named = (str(entry["name"]) for entry in ranking if float(entry.get("confidence") or 0.0) >= _LIKELY)
    return next((name for name in named if name in private), None)
