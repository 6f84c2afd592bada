"""What corrects a job alert, or the end of one, that has just been asked for: another address, another place."""

from __future__ import annotations

import re
from typing import Any

from actions import lines_of_work, places, senders

_WRONG = re.compile(
    r"\b(?:nej|nä|fel|menade|menar|ska (?:det )?vara|skulle (?:det )?vara|ursäkta|stavade|stavfel|hoppsan|rättelse|"
    r"ei|eiku|väärä\w*|väärin|tarkoitin|piti olla|pitäis\w* olla|korjaan|kirjoitusvirhe|hups|"
    r"no|wrong|meant|should be|sorry|typo|correct|correction|actually|oops|misspelled|mistyped)\b",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"\b(?:ändra|byt|istället|i stället|menade|menar|ska (?:det )?vara|skulle (?:det )?vara|"
    r"vaihda\w*|muuta (?:se|sen|toi|tuo|paikka|paikaksi)|sijaan|tarkoitin|piti olla|"
    r"instead|change|meant|make (?:it|that)|should be|should have been)\b|^\W*muuta\b",
    re.IGNORECASE,
)


def corrects(text: str, asked: dict[str, Any]) -> bool:
    """Whether a message corrects what was asked for (`email`, and `intent`: what it was).

    Another address does, alone or with a word that the first was wrong; a place, a line of work or the like with a word of change.
    """
    address = senders.email_in(text)
    if address:
        return address.casefold() != str(asked.get("email") or "").casefold() and (len(text.split()) <= 2 or bool(_WRONG.search(text) or _CHANGE.search(text)))
    named = places.towns_in(text) or lines_of_work.fields_in(text) or lines_of_work.employment_in(text) or lines_of_work.wants_remote(text)
    return asked.get("intent") == "subscribe_job_alerts" and "?" not in text and bool(named and _CHANGE.search(text))
