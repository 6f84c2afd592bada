"""What a candidate earns or earned is never kept: its amounts are masked in the stored message."""

from __future__ import annotations

import re

from actions import fraud, money, replies
from actions.blot import blot
from actions.turn import Turn

_PAY_INTENTS = ("ask_salary", "give_salary_expectation")
# Words that say that an amount is what somebody earns now or earned before.
_EARNED = re.compile(
    r"\b(?:tjänar|tjänade|tjänat|har idag|har i dag|har nu|nuvarande lön|lön(?:en)? idag|lön(?:en)? i dag|lön(?:en)? nu|"
    r"nuvarande|tidigare|förra jobb\w*|ligger (?:nu )?på|fick|får idag|får i dag|får nu|dagens lön|"
    r"tienaan|tienasin|tienannut|ansaitsen|ansaitsin|nykyi\w+|aiem\w+|aikaisem\w+|edelli\w+|"
    r"palkkani on|palkkani oli|palkka on nyt|saan nyt|saan tällä hetkellä|tällä hetkellä|"
    r"i earn|i earned|i make|i made|i'm on|im on|i am on|currently|current|previous|last job|at the moment|"
    r"my (?:salary|pay|wage) (?:is|was)|paid me|i get paid|used to)\b",
    re.IGNORECASE,
)
_PAY = re.compile(r"lön|tjäna|palk|tiena|ansait|liksa|salar|wage|earn|pay|paid|\bmake\b|kr\b|kronor|€|eur|sek", re.I)
_HOPED = re.compile(
    r"\b(?:vill ha|skulle vilja|önsk\w+|förvänt\w+|anspråk\w*|löneanspråk\w*|tänkt mig|siktar|hoppas|minst|"
    r"löne(?:önsk|förvänt|krav|begär)\w*|begär\w*|tänker mig|palkka(?:pyyn|odot|vaat)\w*|"
    r"toiv\w+|haluai\w+|palkkatoiv\w+|pyyn\w+|odot\w+|vähintään|"
    r"expect\w*|would like|i'd like|desired|requirements?|hop(?:e|ing)|looking for|want|aim\w*|at least|asking)\b",
    re.IGNORECASE,
)


def mask_earlier_pay(turn: Turn) -> None:
    """Ask the gateway to mask the amounts of a message that tells what somebody earns."""
    spans = earlier_pay_spans(turn.text, turn.intent)
    if spans:
        replies.effect(turn, "mask", spans=[list(span) for span in spans])


def without_earlier_pay(turn: Turn) -> str:
    """The message's text as it may be kept."""
    return blot(turn.text, earlier_pay_spans(turn.text, turn.intent))


def earlier_pay_spans(text: str, intent: str) -> list[tuple[int, int]]:
    """The amounts to mask: all, unless the message is only about pay hoped for or about no pay at all."""
    if not text:
        return []
    about_pay = intent in _PAY_INTENTS or _PAY.search(text) is not None
    told = about_pay and _EARNED.search(text) is not None
    unclear = intent == "give_salary_expectation" and _HOPED.search(text) is None and not fraud.pays_out(text)
    return money.amount_spans(text) if told or unclear else []
